"""The commands: serve, users, backups and maintenance.

    python -m therapy_compliance [serve]
    python -m therapy_compliance user add ID ROLE | user disable ID
    python -m therapy_compliance backup | backups | restore ID
    python -m therapy_compliance maintain
"""

import argparse
import json
import sys
from datetime import UTC, datetime, timedelta

import chartguard
from shared import web
from shared.environment import SettingsError

from . import backups
from .database import Database
from .settings import Settings, load
from .users import ROLES, Users


def main(arguments: list[str]) -> int:
    try:
        return _run(_parser().parse_args(arguments), load())
    except (SettingsError, ValueError, chartguard.ChartguardError) as error:
        print(f"therapy_compliance: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="therapy_compliance", description="Documents of therapy in, a scored report out.")
    commands = parser.add_subparsers(dest="command")
    serve = commands.add_parser("serve", help="answer HTTP (the default)")
    serve.add_argument("--host")
    serve.add_argument("--port", type=int)
    user = commands.add_parser("user", help="add a user, or take a user's token back")
    user.add_argument("what", choices=["add", "disable"])
    user.add_argument("id")
    user.add_argument("role", nargs="?", default="clinician", choices=list(ROLES))
    commands.add_parser("backup", help="make a backup, also while the service runs")
    commands.add_parser("backups", help="list backups")
    commands.add_parser("restore", help="put a backup back; the service is stopped").add_argument("id")
    commands.add_parser("maintain", help="drop what has expired and let the database tidy up; such as every night")
    return parser


def _run(asked: argparse.Namespace, settings: Settings) -> int:
    if asked.command in (None, "serve"):
        from .app import create_app
        from .service import Service

        service = Service(settings)
        web.log_as_json()
        if (token := service.users.first()) is not None:
            print(f"the token of the user admin, shown this once: {token}", flush=True)
        host = getattr(asked, "host", None) or settings.host
        port = getattr(asked, "port", None)
        web.serve(create_app(settings, service), host, settings.port if port is None else port)
    elif asked.command == "backups":
        for id in backups.listed(settings.data):
            print(id)
    elif asked.command == "restore":
        done = backups.restore(settings, asked.id)
        print(f"put back {done['rows']} rows; what was there before is backup {done['before']}")
    else:
        database = Database(settings.database, settings.data)
        users = Users(database, settings.session_minutes)
        if asked.command == "backup":
            print(backups.make(settings, database))
        elif asked.command == "maintain":
            unused = datetime.now(UTC) - timedelta(days=settings.cache_days)
            print(json.dumps(database.maintain(unused.isoformat(timespec="milliseconds"))))
        elif asked.what == "add":
            print(users.add(asked.id, asked.role))
        else:
            users.disable(asked.id)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
