"""The commands: serve, and what an operator does with tenants, keys and the database.

    python -m document_search [serve]
    python -m document_search tenant add|list|remove [NAME]
    python -m document_search key add NAME | key revoke ID
    python -m document_search backup FILE
"""

import argparse
import re
import sqlite3
import sys
from pathlib import Path

from shared import web
from shared.environment import SettingsError
from sqlalchemy.exc import IntegrityError

from . import keys
from .database import Database
from .indexes import Indexes
from .settings import Settings, load

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def main(arguments: list[str]) -> int:
    try:
        settings = load()
        return _run(_parser().parse_args(arguments), settings)
    except (SettingsError, ValueError) as error:
        print(f"document_search: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="document_search", description="Search over the documents of many tenants.")
    commands = parser.add_subparsers(dest="command")
    serve = commands.add_parser("serve", help="answer HTTP (the default)")
    serve.add_argument("--host")
    serve.add_argument("--port", type=int)
    tenant = commands.add_parser("tenant", help="add, list or remove tenants")
    tenant.add_argument("what", choices=["add", "list", "remove"])
    tenant.add_argument("name", nargs="?", default="")
    key = commands.add_parser("key", help="add a key of a tenant, or revoke one by its id, the part between the _")
    key.add_argument("what", choices=["add", "revoke"])
    key.add_argument("name")
    backup = commands.add_parser("backup", help="copy the SQLite database, also while the service runs; indexes are made of it")
    backup.add_argument("file", type=Path)
    return parser


def _run(asked: argparse.Namespace, settings: Settings) -> int:
    if asked.command in (None, "serve"):
        from .app import create_app

        web.log_as_json()
        host = getattr(asked, "host", None) or settings.host
        port = getattr(asked, "port", None)
        port = settings.port if port is None else port
        web.serve(create_app(settings), host, port)
        return 0
    database = Database(settings.database, settings.data)
    if asked.command == "backup":
        _backup(settings, asked.file)
    elif asked.command == "key" and asked.what == "revoke":
        if not database.revoke_key(asked.name):
            raise ValueError("no key of this id is in force")
    elif asked.command == "key":
        print(keys.make(database, _known(database, asked.name)))
    elif asked.what == "list":
        for one in database.tenants():
            print(one["name"], one["documents"], "documents, since", one["made"])
    elif asked.what == "remove":
        id = _known(database, asked.name)
        database.remove_tenant(id)
        Indexes(database, settings.data / "indexes").forget(id)
    else:
        if not _NAME.fullmatch(asked.name):
            raise ValueError("a tenant's name is 1 to 64 of a to z, digits, - and _, and starts with a letter or digit")
        try:
            # The key is shown this once.
            print(keys.make(database, database.add_tenant(asked.name)))
        except IntegrityError:
            raise ValueError("there is a tenant of this name") from None
    return 0


def _known(database: Database, name: str) -> str:
    id = database.tenant(name)
    if id is None:
        raise ValueError("there is no tenant of this name")
    return id


def _backup(settings: Settings, file: Path) -> None:
    if settings.database is not None:
        raise ValueError("the database is PostgreSQL: use pg_dump")
    if file.exists():
        raise ValueError("the file of a backup is a new one")
    with sqlite3.connect(settings.data / "documents.db") as source, sqlite3.connect(file) as target:
        source.backup(target)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
