"""The command `smstools-async`. Needs the extra: `pip install 'smstools-async[cli]'`."""

import sys

__all__ = ["main"]

_EXTRA_MODULES = {"click", "rich"}


def main() -> None:
    """Run the command with the arguments of the program; exits the program."""
    try:
        from smstools_async.cli._commands import smstools_async  # noqa: PLC0415 - needs the extra

        smstools_async(prog_name="smstools-async")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in _EXTRA_MODULES:
            raise
        sys.stderr.write("Error: the command needs its extra: pip install 'smstools-async[cli]'\n")
        sys.exit(2)
