"""How the service fares: its latest answers, memory and disk, each held against the threshold that makes it an alert."""

import shutil
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from prometheus_client import Gauge

from .settings import Settings

_WINDOW = 300.0
_CGROUP = Path("/sys/fs/cgroup")


class Watch:
    """Counts the answers of the last minutes, as middleware; may be shared between threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._answers: deque[tuple[float, float, bool]] = deque(maxlen=100_000)

    def answered(self, seconds: float, failed: bool) -> None:
        with self._lock:
            self._answers.append((time.monotonic(), seconds, failed))
            self._forget()

    def performance(self) -> dict[str, Any]:
        """Of the last five minutes: answers, the share that failed (5xx), the median and 95th percentile in seconds."""
        with self._lock:
            self._forget()
            latest = list(self._answers)
        took = sorted(seconds for _, seconds, _ in latest)
        count = len(latest)

        def at(share: float) -> float | None:
            return round(took[min(count - 1, int(share * count))], 4) if count else None

        failed = sum(failed for *_, failed in latest)
        return {"window_seconds": _WINDOW, "answers": count, "errors": round(failed / count, 4) if count else 0.0, "p50": at(0.5), "p95": at(0.95)}

    def _forget(self) -> None:
        # With each answer too: nobody may ask for the figures.
        since = time.monotonic() - _WINDOW
        while self._answers and self._answers[0][0] < since:
            self._answers.popleft()

    def alerts(self) -> list[dict[str, Any]]:
        """Each threshold with what it is held against, and whether it is passed."""
        figures, settings = self.performance(), self._settings
        disk = shutil.disk_usage(settings.data)
        measured = {
            "memory": (memory(), settings.alert_memory),
            "disk": (round(disk.used / (disk.used + disk.free), 4), settings.alert_disk),
            "errors": (figures["errors"], settings.alert_errors),
            "seconds": (figures["p95"], settings.alert_seconds),
        }
        return [
            {"name": name, "value": value, "threshold": threshold, "firing": value is not None and value > threshold}
            for name, (value, threshold) in measured.items()
        ]

    def show(self, service: str, registry: Any) -> None:
        """Show the alerts to Prometheus too: 1 where one fires."""
        gauge = Gauge(f"{service}_alert", "1 where a threshold is passed.", ["name"], registry=registry)

        def firing(name: str) -> Callable[[], float]:
            return lambda: float(next(one["firing"] for one in self.alerts() if one["name"] == name))

        for name in ("memory", "disk", "errors", "seconds"):
            gauge.labels(name).set_function(firing(name))


class Watched:
    """The middleware: times every answer, and counts an error that nothing caught as a failure."""

    def __init__(self, app: Any, watch: Watch) -> None:
        self.app, self.watch = app, watch

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http" or scope["path"].startswith(("/health", "/metrics")):
            await self.app(scope, receive, send)
            return
        started, status = time.monotonic(), 500

        async def answered(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, answered)
        finally:
            self.watch.answered(time.monotonic() - started, status >= 500)


def memory() -> float | None:
    """The share of memory in use: of the container where it has a bound, else of the machine; None where neither is known."""
    try:
        most = (_CGROUP / "memory.max").read_text().strip()
        if most != "max":
            return round(int((_CGROUP / "memory.current").read_text()) / int(most), 4)
    except (OSError, ValueError):
        pass
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        total, free = (int(lines[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
    except (OSError, KeyError, ValueError):
        return None
    return round(1 - free / total, 4)
