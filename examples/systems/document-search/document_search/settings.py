"""Every setting of the service, by its name in the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

from shared.environment import read, setting


@dataclass(frozen=True)
class Settings:
    """What can be set; the README's table is made of it."""

    data: Path = setting("CHARTGUARD_DATA", Path("data"), "the folder of the database and the indexes")
    database: str | None = setting("DATABASE_URL", None, "`postgresql://...`; without it SQLite in the data folder")
    redis: str | None = setting("REDIS_URL", None, "`redis://...` for the cache and the rate limits; without it this process's memory")
    policy: str = setting("CHARTGUARD_POLICY", "safe-harbor", "a built-in policy or the path of a policy file")
    strict: bool = setting("CHARTGUARD_STRICT", False, "remove also what is not known to be safe")
    words: int = setting("CHARTGUARD_PASSAGE_WORDS", 120, "the most words of a passage", least=8, most=2000)
    overlap: int = setting("CHARTGUARD_PASSAGE_OVERLAP", 30, "words that neighbouring passages share, at most half of the most", least=0, most=1000)
    uploads: int = setting("CHARTGUARD_UPLOADS_PER_MINUTE", 60, "uploads, replacements and deletions of a tenant", least=1)
    queries: int = setting("CHARTGUARD_QUERIES_PER_MINUTE", 600, "questions and other reading of a tenant", least=1)
    cache_seconds: int = setting("CHARTGUARD_CACHE_SECONDS", 300, "how long an answer is kept; 0 keeps none", least=0)
    cache_entries: int = setting("CHARTGUARD_CACHE_ENTRIES", 10_000, "answers in memory; Redis has its own bound", least=1)
    host: str = setting("CHARTGUARD_HOST", "127.0.0.1", "the address to listen on")
    port: int = setting("CHARTGUARD_PORT", 8103, "the port to listen on; 0 takes a free one and logs it", least=0, most=65535)


def load() -> Settings:
    """The settings of this process's environment, or a `SettingsError`."""
    return read(Settings, os.environ)
