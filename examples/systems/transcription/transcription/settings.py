"""Every setting of the service, by its name in the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

from shared.environment import read, setting


@dataclass(frozen=True)
class Settings:
    """What can be set; the README's table says the same."""

    data: Path = setting("CHARTGUARD_DATA", Path("data"), "the folder of the database")
    database: str | None = setting("DATABASE_URL", None, "`postgresql://...`; without it SQLite in the data folder")
    policy: str = setting("CHARTGUARD_POLICY", "safe-harbor", "a built-in policy or the path of a policy file")
    rubric: str = setting("CHARTGUARD_RUBRIC", "medicare-outpatient-therapy", "the built-in rubric that draft notes are scored by")
    sections: Path | None = setting("CHARTGUARD_SECTIONS", None, "a rubric whose criteria sort sentences, in place of `transcription/sections.yaml`")
    lookahead: int = setting("CHARTGUARD_LOOKAHEAD", 1024, "bytes that must follow a place before it leaves", least=256, most=65536)
    flush: float = setting("CHARTGUARD_FLUSH_SECONDS", 30, "how long what was said waits at most before it leaves; 0 waits for the bytes", least=0, most=3600)
    resume: float = setting("CHARTGUARD_RESUME_SECONDS", 120, "how long a stream waits for a connection to come back", least=0, most=3600)
    live: int = setting("CHARTGUARD_LIVE", 100, "consultations at once", least=1, most=1000)
    rate: int = setting("CHARTGUARD_RATE", 600, "requests and turns of a clinician in a minute", least=1)
    host: str = setting("CHARTGUARD_HOST", "127.0.0.1", "the address to listen on")
    port: int = setting("CHARTGUARD_PORT", 8104, "the port to listen on; 0 takes a free one and logs it", least=0, most=65535)


def load() -> Settings:
    """The settings of this process's environment, or a `SettingsError`."""
    return read(Settings, os.environ)
