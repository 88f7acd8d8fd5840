"""The command line: the group of all commands, and what its help explains."""

import click

from smstools_async import __version__
from smstools_async.cli._command_export import export
from smstools_async.cli._command_sandbox import sandbox
from smstools_async.cli._commands_reading import count, show, watch
from smstools_async.cli._exit_codes import MEANINGS
from smstools_async.cli._logs import log_reported
from smstools_async.cli._service_options import VERBOSE
from smstools_async.cli._terminal import prepare_streams
from smstools_async.cli._wording import examples

_EXIT_CODES = "\n\n\b\nExit codes:\n" + "".join(
    f"  {code.value:<5}{meaning}\n" for code, meaning in MEANINGS.items()
)


@click.group(
    name="smstools-async",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples(
        "show --sandbox +5511987654321",
        "export +5511987654321 -o conversation.jsonl",
        "export +5511987654321 --since 7d | jq -r .text",
        "watch +5511987654321",
    )
    + _EXIT_CODES,
)
@click.version_option(__version__)
@click.option("-v", "--verbose", is_flag=True, help=VERBOSE)
@click.pass_context
def smstools_async(context: click.Context, /, *, verbose: bool) -> None:
    """Read message histories from the Smstools SMS gateway.

    Credentials come from SMSTOOLS_CLIENT_ID and SMSTOOLS_CLIENT_SECRET in the environment and from
    nowhere else: command lines can be read by others. Without any, try --sandbox.
    """
    prepare_streams()
    context.with_resource(log_reported(verbose=verbose))


for command in (count, export, sandbox, show, watch):
    smstools_async.add_command(command)
