"""The consultations that are being spoken: each a stream of the library, stored before anything of it is sent."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import chartguard

from .database import Database
from .settings import Settings
from .summary import turn_of


class Ended(Exception):
    """The consultation takes no more turns; its message says why, without text of it."""


@dataclass
class Live:
    """One consultation. Of partial turns only the numbers are kept, never the text."""

    id: str
    clinician: str
    stream: Any
    database: Database
    # Told how it ended.
    went: Callable[[str], None]
    last: int = -1
    # The last turn that is wholly in the database.
    kept: int = -1
    released: int = 0
    connected: bool = False
    left: float = field(default_factory=time.monotonic)
    unfinished: set[int] = field(default_factory=set)
    ended: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    # Where each pushed turn ends, in bytes of all that was pushed, which it is, and when it came.
    _came: deque[tuple[int, int, float]] = field(default_factory=deque)
    _pushed: int = 0
    _speaker: str | None = None

    def take(self, turn: int, speaker: str, text: str, final: bool) -> dict[str, Any] | None:
        """What may leave after this turn; None after a partial one."""
        with self.lock:
            if self.ended:
                raise Ended("the consultation has ended")
            if turn <= self.last:
                raise ValueError("the turn, or a later one, is final already")
            if not final:
                self.unfinished.add(turn)
                return None
            self.unfinished = {one for one in self.unfinished if one > turn}
            self.last = turn
            # What one speaker says goes on in one line: a name may begin in one piece and end in the next.
            text = " ".join(text.split())
            begin = turn_of(speaker) if self._speaker is None else "\n" + turn_of(speaker)
            line = (" " if speaker == self._speaker else begin) + text
            self._speaker = speaker
            self._pushed += len(line.encode())
            self._came.append((self._pushed, turn, time.monotonic()))
            return self._store(lambda: self.stream.push(line), turn)

    def complete(self) -> dict[str, Any]:
        """The rest of it."""
        with self.lock:
            if self.ended:
                raise Ended("the consultation has ended")
            said = self._store(self.stream.finish, self.last)
            self.ended = True
            self.database.end(self.id, "completed", 0)
            self.went("completed")
            return {**said, "unfinished_turns": sorted(self.unfinished)}

    def interrupt(self) -> None:
        """Close it: what was not released is lost."""
        with self.lock:
            self._interrupt()

    def _interrupt(self) -> None:
        if not self.ended:
            self.ended = True
            lost = self.stream.held
            self.stream.close()
            self.went("interrupted")
            self.database.end(self.id, "interrupted", lost)

    def _store(self, work: Callable[[], Any], turn: int) -> dict[str, Any]:
        try:
            released = work()
            categories = dict(Counter(str(finding.category) for finding in released.findings))
            # Turns that are out of the stream, and how long the oldest of what leaves now has waited.
            gone, delay, kept = self._pushed - self.stream.held, 0.0, self.kept
            if released.text and self._came:
                delay = time.monotonic() - self._came[0][2]
            while self._came and self._came[0][0] <= gone:
                kept = self._came.popleft()[1]
            if released.text:
                self.database.release(self.id, self.released, released.text, categories, kept)
                self.released += 1
            # Said only once it is on the disk.
            self.kept = kept
        except Exception:
            self._interrupt()
            raise
        return {"turn": turn, "kept": self.kept, "released": released.text, "categories": categories, "delay": round(delay, 3)}


class Consultations:
    """All that are being spoken in this process."""

    def __init__(self, database: Database, scrubber: chartguard.Scrubber, settings: Settings, went: Callable[[str], None]) -> None:
        """`went` is told how each one goes: started, completed or interrupted."""
        self._database, self._scrubber, self._went = database, scrubber, went
        self._lookahead, self._resume, self._most = settings.lookahead, settings.resume, settings.live
        self._live: dict[str, Live] = {}
        self._lock = threading.Lock()
        database.interrupt_all()

    def start(self, id: str, clinician: str, patient: dict[str, Any] | None) -> bool:
        """Begin one; false where there are as many as may be. What is known of the patient is kept in memory alone."""
        self.sweep()
        with self._lock:
            if len(self._live) >= self._most:
                return False
            stream = self._scrubber.stream(patient=patient, lookahead=self._lookahead)
            self._database.start(id, clinician)
            self._live[id] = Live(id, clinician, stream, self._database, self._went)
            self._went("started")
            return True

    def of(self, id: str, clinician: str) -> Live | None:
        self.sweep()
        with self._lock:
            found = self._live.get(id)
        return found if found is not None and found.clinician == clinician else None

    def attach(self, live: Live) -> bool:
        """Take the one connection that a consultation may have."""
        with self._lock:
            if live.connected or live.ended:
                return False
            live.connected = True
            return True

    def detach(self, live: Live) -> None:
        with self._lock:
            live.connected, live.left = False, time.monotonic()

    def sweep(self) -> None:
        """Close those whose connection did not come back in time, and forget those that have ended."""
        old = time.monotonic() - self._resume
        with self._lock:
            gone = [one for one in self._live.values() if one.ended or (not one.connected and one.left < old)]
            for one in gone:
                del self._live[one.id]
        for one in gone:
            one.interrupt()

    def close(self) -> None:
        with self._lock:
            every, self._live = list(self._live.values()), {}
        for one in every:
            one.interrupt()

    def __len__(self) -> int:
        return len(self._live)
