"""The ``chartguard`` command: the same program as the Rust one, which also works on tables and folders."""

import signal
import sys

from chartguard._chartguard import _run_command

# Those that also work on tables and folders.
COMMANDS = (["scrub"], ["analyze"], ["restore"])


def main() -> int:
    """Run the command with the arguments of this process and return its exit status."""
    arguments = sys.argv[1:]
    if arguments[:1] in COMMANDS:
        from chartguard import _files

        if _files.wanted(arguments):
            return _files.main(arguments)
    # The work happens outside the interpreter: let Ctrl-C and a closed pipe end the process as in any command.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    status = _run_command(["chartguard", *arguments])
    if arguments[:1] in COMMANDS and {"-h", "--help"} & set(arguments):
        print(f"\nTables (CSV, TSV, JSON Lines, Parquet) and folders of .txt: chartguard {arguments[0]} --column NAME --help")
    return status


if __name__ == "__main__":
    sys.exit(main())
