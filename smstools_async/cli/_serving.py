"""A sandbox on a port, for other programs. Imports the sandbox: import it only to serve."""

import asyncio
import shlex
from collections.abc import Sequence
from errno import EADDRINUSE
from functools import partial
from typing import Final

import click

from smstools_async.cli._running import end_interrupted_line
from smstools_async.cli._terminal import visible
from smstools_async.cli._wording import counted
from smstools_async.sandbox import Sandbox, serve

_INVITATION: Final = """\
A sandbox listens at {base_url}:
{conversations}
In another terminal, paste:

  export SMSTOOLS_BASE_URL={base_url}
  export SMSTOOLS_CLIENT_ID={client_id}
  export SMSTOOLS_CLIENT_SECRET={client_secret}

and try:

  smstools-async show {phone}

Ctrl-C stops it.
"""


async def serve_sandbox(sandbox: Sandbox, phones: Sequence[str], *, host: str, port: int) -> None:
    """Print how to reach the sandbox, and serve it until interrupted, which is not an error."""
    try:
        await serve(sandbox, host=host, port=port, on_listening=partial(_invite, sandbox, phones))
    except asyncio.CancelledError:
        end_interrupted_line()
    except ImportError as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        if error.errno != EADDRINUSE:
            raise
        raise OSError(
            f"Port {port} is in use: give another by --port, or 0 for a free one."
        ) from error


def _invite(sandbox: Sandbox, phones: Sequence[str], base_url: str) -> None:
    for phone in phones:
        sandbox.move_files(phone, f"{base_url.removesuffix('/v1')}/files")
    text = _INVITATION.format(
        base_url=base_url,
        conversations="".join(f"  {_describe(sandbox, phone)}\n" for phone in phones),
        phone=shlex.quote(visible(phones[0])),
        client_id=sandbox.client_id,
        client_secret=sandbox.client_secret,
    )
    click.echo(text, nl=False)


def _describe(sandbox: Sandbox, phone: str) -> str:
    return f"{counted(len(sandbox.messages(phone)), 'message')} with {visible(phone)}"
