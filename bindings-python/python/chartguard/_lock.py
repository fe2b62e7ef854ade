"""One run at a time: a lock on the folder that a run keeps its parts in. The system holds it, so it is gone when its process is."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
from pathlib import Path

# What a disk says that knows no locks, as some that are mounted over a network. A run goes on there as it did before there were any.
WITHOUT = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP)


NAME = "lock"


class Held:
    """A folder that this process alone works in; `taken` gives one."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder, self.lock = folder, lock

    def others(self) -> list[Path]:
        """What is in the folder beside the lock."""
        return [one for one in self.folder.iterdir() if one.name != NAME]

    def empty(self) -> None:
        """Remove all that is in the folder, but for the lock."""
        for one in self.others():
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one)
            else:
                one.unlink()

    def release(self) -> None:
        """Let others work in the folder."""
        os.close(self.lock)

    def remove(self) -> None:
        """Remove the folder and let others make a new one."""
        self.empty()
        if sys.platform == "win32":
            # What is open cannot be removed there, and where another run was quicker it is open again.
            self.release()
            with contextlib.suppress(OSError):
                (self.folder / NAME).unlink()
        else:
            (self.folder / NAME).unlink()
            self.release()
        with contextlib.suppress(OSError):
            self.folder.rmdir()


def taken(folder: Path) -> Held | None:
    """A folder, made where there is none; None while another process holds it."""
    for _ in range(10):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o666)
        except FileNotFoundError:
            # Who held it removed the folder.
            continue
        held = None
        try:
            if not locked(lock):
                return None
            if same(lock, folder / NAME):
                held = Held(folder, lock)
                return held
        finally:
            if held is None:
                os.close(lock)
    return None


def same(lock: int, path: Path) -> bool:
    """Whether the file that is locked is still that of the folder: who held it may have removed it."""
    try:
        return os.path.samestat(os.fstat(lock), path.stat())
    except FileNotFoundError:
        return False


def locked(lock: int) -> bool:
    """Locks an open file, if no other process has."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN):
            return False
        if error.errno not in WITHOUT:
            raise
    return True
