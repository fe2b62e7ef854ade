"""The commands: serve, and a new clinician.

    python -m transcription [serve]
    python -m transcription clinician NAME
"""

import argparse
import re
import secrets
import sys

from shared import web
from shared.environment import SettingsError
from sqlalchemy.exc import IntegrityError

from .database import Database
from .settings import load


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="transcription", description="Consultations, scrubbed while they are spoken.")
    commands = parser.add_subparsers(dest="command")
    serve = commands.add_parser("serve", help="answer HTTP and WebSockets (the default)")
    serve.add_argument("--host")
    serve.add_argument("--port", type=int)
    commands.add_parser("clinician", help="add a clinician and print the token, this once").add_argument("name")
    asked = parser.parse_args(arguments)
    try:
        settings = load()
        if asked.command == "clinician":
            if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", asked.name):
                raise ValueError("a clinician's name is 1 to 64 of a to z, digits, - and _")
            token = secrets.token_urlsafe(32)
            Database(settings.database, settings.data).add_clinician(asked.name, token)
            print(token)
            return 0
        from .app import create_app

        web.log_as_json()
        port = getattr(asked, "port", None)
        web.serve(create_app(settings), getattr(asked, "host", None) or settings.host, settings.port if port is None else port)
    except IntegrityError:
        print("transcription: there is a clinician of this name", file=sys.stderr)
        return 2
    except (SettingsError, ValueError) as error:
        print(f"transcription: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
