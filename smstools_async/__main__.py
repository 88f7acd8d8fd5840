"""The command, for `python -m smstools_async`."""

from smstools_async.cli import main

if __name__ == "__main__":
    main()
