"""Share notes under Safe Harbor and give them back from a vault, for who may see them.

    python examples/python/vault.py examples/notes/*.txt
"""

import secrets
import sys
import tempfile
from pathlib import Path

import chartguard

ACCESS = """
roles: {privacy-officer: [restore, read_vault], analyst: []}
grants:
  - {actor: u-17, role: privacy-officer, by: u-1, at: 2024-01-08T09:00:00Z}
  - {actor: u-23, role: analyst, by: u-17, at: 2024-02-01T09:00:00Z}
"""


def main(paths: list[str]) -> None:
    folder = Path(tempfile.mkdtemp())
    # Keep a real key where secrets are kept: without it nothing comes back.
    vault = chartguard.Vault(folder / "notes.vault", secrets.token_bytes(32))
    log = chartguard.AuditLog(folder / "log.jsonl")
    access = chartguard.Access.from_yaml(ACCESS)
    notes = [Path(path).read_text(encoding="utf-8") for path in paths]

    # Notes are told apart by their document ids; the vault has them before they are handed out.
    contexts = [{"document_id": path} for path in paths]
    shared = chartguard.Scrubber().scrub_batch(notes, contexts=contexts, vault=vault, audit=log, actor="u-23")

    back = [
        chartguard.restore(one.text, vault=vault, document_id=path, access=access, actor="u-17", audit=log)
        for path, one in zip(paths, shared, strict=True)
    ]
    assert back == notes
    print(f"{len(back)} notes given back byte for byte")
    try:
        chartguard.restore(shared[0].text, vault=vault, access=access, actor="u-23", audit=log)
    except chartguard.AccessError as error:
        print("u-23:", error)
    print(vault.verify()["records"], "records in the vault,", log.head["records"], "in the audit log")


if __name__ == "__main__":
    main(sys.argv[1:])
