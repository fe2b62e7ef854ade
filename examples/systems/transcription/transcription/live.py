"""The consultations that are being spoken: each a stream of the library, stored before anything of it is sent.

A stream lets go of a place when enough was said behind it. What has waited too long for that is scrubbed as it stands, with what was
said before, and leaves ahead of the stream, which later leaves it out.
"""

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

# Characters of what has left that are looked at again with what leaves early, twice what the stream looks at.
_BEFORE = 8192
_Left = tuple[str, dict[str, int], int]


class Ended(Exception):
    """The consultation takes no more turns; its message says why, without text of it."""


@dataclass
class Live:
    """One consultation. Of partial turns only the numbers are kept, never the text."""

    id: str
    clinician: str
    scrubber: chartguard.Scrubber
    patient: dict[str, Any] | None
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
    # Where each pushed turn ends, in characters of all that was pushed, which it is, and when it came.
    _came: deque[tuple[int, int, float]] = field(default_factory=deque)
    # The end of what was pushed, with all that has not left; how much was pushed before that, has left, and was let go by the stream.
    _said: str = ""
    _forgotten: int = 0
    _left: int = 0
    _streamed: int = 0
    _speaker: str | None = None

    def take(self, turn: int, speaker: str, text: str, final: bool) -> dict[str, Any]:
        """What may leave after this turn; a `ValueError` for one that is not taken."""
        with self.lock:
            if self.ended:
                raise Ended("the consultation has ended")
            if turn <= self.last:
                raise ValueError("the turn, or a later one, is final already")
            if not final:
                self.unfinished.add(turn)
                raise ValueError("the turn is partial and nothing of it is kept: send it when it is final")
            self.unfinished = {one for one in self.unfinished if one > turn}
            self.last = turn
            # What one speaker says goes on in one line: a name may begin in one piece and end in the next.
            text = " ".join(text.split())
            begin = turn_of(speaker) if self._speaker is None else "\n" + turn_of(speaker)
            line = (" " if speaker == self._speaker else begin) + text
            self._speaker = speaker
            self._said += line
            self._came.append((self._forgotten + len(self._said), turn, time.monotonic()))
            return self._store(lambda: self._streamed_by(self.stream.push(line)), turn)

    def flush(self, seconds: float) -> dict[str, Any] | None:
        """What has waited so long and leaves now; None where nothing does.

        The last turn is kept back while it has not waited itself, for a name may go on behind it, and what was said then tells more of
        what stands before it.
        """
        with self.lock:
            old = time.monotonic() - seconds
            if self.ended or not self._came or self._came[0][2] > old:
                return None
            end = self._came[-1][0] if self._came[-1][2] <= old else self._came[-2][0]
            said = self._store(lambda: self._scrubbed(end), self.last)
            return {**said, "early": True} if said["released"] else None

    def complete(self) -> dict[str, Any]:
        """The rest of it."""
        with self.lock:
            if self.ended:
                raise Ended("the consultation has ended")
            said = self._store(lambda: self._streamed_by(self.stream.finish()), self.last)
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
            lost = len(self._said[self._left - self._forgotten :].encode())
            self.stream.close()
            self.went("interrupted")
            self.database.end(self.id, "interrupted", lost)

    def _streamed_by(self, released: Any) -> _Left:
        """What the stream lets go, without what has left already."""
        origin = self._streamed
        for finding, (start, end) in zip(released.findings, released.places, strict=True):
            self._streamed += finding.end - finding.start - (end - start)
        self._streamed += len(released.text)
        return _between(released, origin, self._left, max(self._left, self._streamed))

    def _scrubbed(self, end: int) -> _Left:
        """What has not left, up to `end`, by all that was said until now."""
        scrubbed = self.scrubber.scrub(self._said, patient=self.patient)
        text, categories, left = _between(scrubbed, 0, self._left - self._forgotten, end - self._forgotten)
        return text, categories, left + self._forgotten

    def _store(self, work: Callable[[], _Left], turn: int) -> dict[str, Any]:
        try:
            text, categories, left = work()
            # Turns that have left, and how long the oldest of what leaves now has waited.
            delay, kept = 0.0, self.kept
            if text and self._came:
                delay = time.monotonic() - self._came[0][2]
            while self._came and self._came[0][0] <= left:
                kept = self._came.popleft()[1]
            if text or kept > self.kept:
                self.database.release(self.id, self.released, text, categories, kept)
                self.released += 1
            # Said only once it is on the disk.
            self.kept, self._left = kept, left
            if (much := self._left - self._forgotten - _BEFORE) > _BEFORE:
                self._said, self._forgotten = self._said[much:], self._forgotten + much
        except Exception:
            self._interrupt()
            raise
        return {"turn": turn, "kept": self.kept, "released": text, "categories": categories, "delay": round(delay, 3)}


def _between(scrubbed: Any, origin: int, begin: int, end: int) -> _Left:
    """The part of a scrubbed text that stands for `begin` to `end` of what it was made of, which begins at `origin`; and where the part ends.

    Never a part of a finding: one at the beginning has begun to leave and is left out, one at the end is left for later.
    """
    found = list(zip(scrubbed.findings, scrubbed.places, strict=True))

    def placed(at: int, *, behind: bool) -> tuple[int, int]:
        out = at - origin
        for finding, (start, stop) in found:
            if finding.start >= at:
                break
            if finding.end > at:
                return (finding.end, stop) if behind else (finding.start, start)
            out = stop + at - finding.end
        return at, out

    if end <= begin:
        return "", {}, begin
    (first, start), (last, stop) = placed(begin, behind=True), placed(end, behind=False)
    if last < first:
        return "", {}, begin
    inside = (finding for finding, _ in found if first <= finding.start and finding.end <= last)
    return scrubbed.text[start:stop], dict(Counter(str(finding.category) for finding in inside)), last


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
            self._live[id] = Live(id, clinician, self._scrubber, patient, stream, self._database, self._went)
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
