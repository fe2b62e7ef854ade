"""Files for their owner alone: keys that are made at the first start, and what must be on the disk, whole, before it counts."""

import hashlib
import os
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path


def key(given: Path | None, default: Path, what: str) -> bytes:
    """The key in a file; the default file is made, for its owner alone, at the first start."""
    path = given or default
    if given is None and not path.exists():
        with open(path, "x", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(secrets.token_hex(32) + "\n")
        print(f"the key of the {what} was made in {path}: keep a copy where secrets are kept", file=sys.stderr)
    try:
        found = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise ValueError(f"the key of the {what} cannot be read from {path}: {error.strerror}") from None
    except ValueError:
        found = b""
    if len(found) != 32:
        raise ValueError(f"{path} holds no key of the {what}: 64 hexadecimal digits are expected")
    return found


def write(path: Path, parts: Iterable[bytes]) -> int:
    """Write a new file that is on the disk when this returns; how many parts it has."""
    count = 0
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        for count, part in enumerate(parts, 1):
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    return count


def sync(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    at = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(at)
    finally:
        os.close(at)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
