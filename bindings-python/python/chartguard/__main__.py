"""The ``chartguard`` command: the same program as the Rust one."""

import signal
import sys

from chartguard._chartguard import _run_command


def main() -> int:
    """Run the command with the arguments of this process and return its exit status."""
    # The work happens outside the interpreter: let Ctrl-C and a closed pipe end the process as in any command.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _run_command(["chartguard", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
