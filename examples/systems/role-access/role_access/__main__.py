"""The commands: serve, backups, the check of log and vault, and the bench.

    python -m role_access [serve]
    python -m role_access backup | backups | rollback ID
    python -m role_access verify
    python -m role_access bench [USERS]

All but `serve`, `backups` and `bench` want the service stopped: it holds the vault and the log. While it runs, ask it for a backup.
"""

import argparse
import json
import sys

import chartguard
from shared import web
from shared.environment import SettingsError

from . import backups, bench
from .settings import Settings, load

_BY = "command line"


def main(arguments: list[str]) -> int:
    try:
        return _run(_parser().parse_args(arguments), load())
    except (SettingsError, ValueError, chartguard.ChartguardError) as error:
        print(f"role_access: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="role_access", description="Users and roles over notes that a vault gives back.")
    commands = parser.add_subparsers(dest="command")
    serve = commands.add_parser("serve", help="answer HTTP (the default)")
    serve.add_argument("--host")
    serve.add_argument("--port", type=int)
    commands.add_parser("backup", help="make a backup, such as before a deployment")
    commands.add_parser("backups", help="list backups")
    commands.add_parser("rollback", help="put a backup back").add_argument("id")
    commands.add_parser("verify", help="check the audit log and the vault")
    timed = commands.add_parser("bench", help="time the role check")
    timed.add_argument("users", nargs="?", type=int, default=1000)
    return parser


def _run(asked: argparse.Namespace, settings: Settings) -> int:
    if asked.command == "bench":
        return bench.run(asked.users)
    if asked.command == "backups":
        for one in backups.listed(settings.data):
            print(one["id"], one["rows"], "rows, by", one["by"])
        return 0
    from .app import Service, create_app

    service = Service(settings)
    if asked.command in (None, "serve"):
        web.log_as_json()
        if (token := service.first_user()) is not None:
            print(f"the token of the user admin, shown this once: {token}", flush=True)
        host = getattr(asked, "host", None) or settings.host
        port = getattr(asked, "port", None)
        port = settings.port if port is None else port
        web.serve(create_app(service), host, port)
        return 0
    if asked.command == "verify":
        found = service.keeping.verify()
        print(json.dumps(found, indent=1))
        return 0 if all(one["intact"] for one in found.values()) else 1
    if asked.command == "backup":
        print(backups.make(service.database, service.keeping, _BY)["id"])
        return 0
    before = backups.roll_back(service.database, service.keeping, asked.id, _BY)
    print(f"put back; what was there before is backup {before['id']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
