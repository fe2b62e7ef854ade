"""Every setting of the service, by its name in the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

from shared.environment import read, setting


@dataclass(frozen=True)
class Settings:
    """What can be set; the README's table says the same."""

    data: Path = setting("CHARTGUARD_DATA", Path("data"), "the folder of the database, the vault, the audit log and the backups")
    database: str | None = setting("DATABASE_URL", None, "`postgresql://...`; without it SQLite in the data folder")
    vault_key: Path | None = setting("CHARTGUARD_VAULT_KEY_FILE", None, "the file of the vault's key; made in the data folder without it")
    audit_key: Path | None = setting("CHARTGUARD_AUDIT_KEY_FILE", None, "the file of the audit log's key; made in the data folder without it")
    policy: str = setting("CHARTGUARD_POLICY", "safe-harbor", "a built-in policy or the path of a policy file")
    rubric: str = setting("CHARTGUARD_RUBRIC", "medicare-outpatient-therapy", "the built-in rubric that notes are scored by at first")
    smallest: int = setting("CHARTGUARD_SMALLEST_CELL", 11, "counts below this are not given away in aggregates", least=1)
    host: str = setting("CHARTGUARD_HOST", "127.0.0.1", "the address to listen on")
    port: int = setting("CHARTGUARD_PORT", 8105, "the port to listen on; 0 takes a free one and logs it", least=0, most=65535)


def load() -> Settings:
    """The settings of this process's environment, or a `SettingsError`."""
    return read(Settings, os.environ)
