"""Every setting of the service, by its name in the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

from shared.environment import read, setting


@dataclass(frozen=True)
class Settings:
    """What can be set; the README's table is made of it."""

    data: Path = setting("CHARTGUARD_DATA", Path("data"), "the folder of the database, the audit log, the keys and the backups")
    database: str | None = setting("DATABASE_URL", None, "`postgresql://...`; without it SQLite in the data folder")
    audit_key: Path | None = setting("CHARTGUARD_AUDIT_KEY_FILE", None, "the file of the audit log's key; made in the data folder without it")
    cache_key: Path | None = setting("CHARTGUARD_CACHE_KEY_FILE", None, "the file of the cache's key; made in the data folder without it")
    policy: str = setting("CHARTGUARD_POLICY", "safe-harbor", "a built-in policy or the path of a policy file")
    strict: bool = setting("CHARTGUARD_STRICT", False, "remove also what is not known to be safe; a request may ask for it, not against it")
    rubric: str = setting("CHARTGUARD_RUBRIC", "medicare-outpatient-therapy", "the built-in rubric that is in force until another is activated")
    session_minutes: int = setting("CHARTGUARD_SESSION_MINUTES", 60, "how long a login of a browser lasts", least=1, most=1440)
    cache_entries: int = setting("CHARTGUARD_CACHE_ENTRIES", 1000, "results in memory; the database keeps more", least=1)
    cache_days: int = setting("CHARTGUARD_CACHE_DAYS", 30, "how long the database keeps a result that nobody asks for; `maintain` drops it", least=0)
    alert_memory: float = setting("CHARTGUARD_ALERT_MEMORY", 0.85, "share of memory in use that is an alert", least=0, most=1)
    alert_disk: float = setting("CHARTGUARD_ALERT_DISK", 0.9, "share of the data folder's disk in use that is an alert", least=0, most=1)
    alert_errors: float = setting("CHARTGUARD_ALERT_ERRORS", 0.05, "share of failed answers in five minutes that is an alert", least=0, most=1)
    alert_seconds: float = setting("CHARTGUARD_ALERT_SECONDS", 30.0, "95th percentile of answers in five minutes that is an alert", least=0)
    host: str = setting("CHARTGUARD_HOST", "127.0.0.1", "the address to listen on")
    port: int = setting("CHARTGUARD_PORT", 8101, "the port to listen on; 0 takes a free one and logs it", least=0, most=65535)


def load() -> Settings:
    """The settings of this process's environment, or a `SettingsError`."""
    return read(Settings, os.environ)
