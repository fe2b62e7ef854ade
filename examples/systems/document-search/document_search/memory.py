"""What is kept for a while: answers until they expire, and counts of requests by the minute; in this process or in Redis.

Redis shares both between processes. An answer that cannot be read there is a miss; a request that cannot be counted is refused by who
asks, for a limit that fails open is none.
"""

import threading
import time
from collections import OrderedDict
from typing import Protocol

import redis

_PREFIX = "chartguard:document-search:"
_WINDOW = 60


class Memory(Protocol):
    """Where answers and counts are kept."""

    def get(self, key: str) -> bytes | None: ...
    def set(self, key: str, value: bytes, seconds: int) -> None: ...
    def count(self, key: str) -> int:
        """Count one request of this minute, and say how many there were."""
        ...

    def check(self) -> None:
        """Raises where it does not answer."""
        ...


class Unreachable(Exception):
    """The Redis of the limits does not answer."""


class Local:
    """In this process, with the latest `entries` answers."""

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._counts: dict[str, int] = {}
        self._minute = 0

    def get(self, key: str) -> bytes | None:
        with self._lock:
            until, value = self._kept.get(key, (0.0, b""))
            if until <= time.monotonic():
                self._kept.pop(key, None)
                return None
            self._kept.move_to_end(key)
            return value

    def set(self, key: str, value: bytes, seconds: int) -> None:
        with self._lock:
            self._kept[key] = (time.monotonic() + seconds, value)
            self._kept.move_to_end(key)
            if len(self._kept) > self._entries:
                self._kept.popitem(last=False)

    def count(self, key: str) -> int:
        minute = int(time.time()) // _WINDOW
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            self._counts[key] = self._counts.get(key, 0) + 1
            return self._counts[key]

    def check(self) -> None:
        pass


class Redis:
    """In Redis."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)

    def get(self, key: str) -> bytes | None:
        try:
            value = self._redis.get(f"{_PREFIX}answer:{key}")
        except redis.RedisError:
            return None
        return value if isinstance(value, bytes) else None

    def set(self, key: str, value: bytes, seconds: int) -> None:
        try:
            self._redis.set(f"{_PREFIX}answer:{key}", value, ex=seconds)
        except redis.RedisError:
            # It is asked for again next time.
            return

    def count(self, key: str) -> int:
        name = f"{_PREFIX}count:{int(time.time()) // _WINDOW}:{key}"
        try:
            with self._redis.pipeline(transaction=True) as both:
                both.incr(name)
                both.expire(name, 2 * _WINDOW)
                return int(both.execute()[0])
        except redis.RedisError:
            raise Unreachable("Redis does not answer") from None

    def check(self) -> None:
        self._redis.ping()


def open_memory(url: str | None, entries: int) -> Memory:
    """Redis where there is a URL, else this process."""
    return Local(entries) if url is None else Redis(url)


def seconds_left() -> int:
    """Until the next minute, in which counts start again."""
    return _WINDOW - int(time.time()) % _WINDOW
