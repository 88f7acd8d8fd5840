"""The options of the service that a command reads from."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import attrs
import click

from smstools_async.cli._arguments import Duration, Seconds
from smstools_async.cli._logs import report_requests
from smstools_async.cli._network import check_proxy
from smstools_async.cli._service import Service

P = ParamSpec("P")
R = TypeVar("R")

VERBOSE: Final = "Report each request and each retry, without phone numbers."
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_OPTIONS: Final = tuple(each.name for each in attrs.fields(Service))


def _enable_reports(_context: click.Context, _option: click.Parameter, verbose: object) -> None:
    if verbose:
        report_requests()


def service_options(command: Callable[Concatenate[Service, P], R]) -> Callable[P, R]:
    """Add the options of `Service` to a command, which gets one as its first argument."""

    @click.option(
        "--base-url",
        metavar="URL",
        help="Base URL of the API. [default: $SMSTOOLS_BASE_URL, or the vendor's]",
    )
    @click.option(
        "--allow-insecure-http",
        is_flag=True,
        help="Accept plain http beyond this machine: credentials and messages can be read on the"
        " way.",
    )
    @click.option(
        "--timeout",
        type=Seconds(min=0, min_open=True),
        default=30.0,
        show_default=True,
        metavar="SECONDS",
        help="Time limit of each attempt of a request.",
    )
    @click.option(
        "--attempts",
        type=click.IntRange(min=1),
        metavar="N",
        help="Send a request at most this often. [default: 4]",
    )
    @click.option(
        "--patience",
        type=Duration(),
        metavar="DURATION",
        help="Keep retrying this long, as a nightly job may: 15min, 2h. [default: 90s]",
    )
    @click.option(
        "--requests-per-second",
        type=Seconds(min=0, min_open=True),
        metavar="N",
        help="Start at most this many requests per second.",
    )
    @click.option(
        "--proxy",
        callback=check_proxy,
        metavar="URL",
        help="Connect through a proxy, such as http://proxy.example:3128.",
    )
    @click.option(
        "--ca-file",
        type=_FILE,
        metavar="FILE",
        help="Trust the certificates in a PEM file as well, such as those of a company's CA.",
    )
    @click.option(
        "--cert",
        "client_cert",
        type=_FILE,
        metavar="FILE",
        help="Client certificate and its private key, in one PEM file.",
    )
    @click.option(
        "--trust-env",
        is_flag=True,
        help="Honour HTTPS_PROXY, ALL_PROXY, NO_PROXY and SSL_CERT_FILE of the environment.",
    )
    @click.option(
        "--sandbox",
        is_flag=True,
        help="Read from a sandbox in this program: made-up messages, no credentials needed.",
    )
    @click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_enable_reports,
        help=VERBOSE,
    )
    @wraps(command)
    def with_service(*args: P.args, **kwargs: P.kwargs) -> R:
        options: dict[str, Any] = {name: kwargs.pop(name) for name in _OPTIONS}
        return command(Service(**options), *args, **kwargs)

    return with_service
