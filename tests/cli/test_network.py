"""Networks of companies: a proxy, a CA and certificates of their own; and how patiently to ask."""

import socket
import ssl
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from smstools_async import Retry
from smstools_async.cli._network import Network, with_environment
from smstools_async.cli._service import Service
from smstools_async.sandbox import Response, Sandbox
from tests.cli.command import PHONE, invoke

HERE = str(Path(__file__).parents[1] / "faults" / "certificates" / "here.pem")


@pytest.fixture
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSTOOLS_CLIENT_ID", "id")
    monkeypatch.setenv("SMSTOOLS_CLIENT_SECRET", "secret")


@contextmanager
def _listening() -> Generator[tuple[int, list[bytes]]]:
    """Accept one connection, note what it says first, and hang up."""
    heard = list[bytes]()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            connection, _ = server.accept()
            with connection:
                heard.append(connection.recv(65536))

        thread = Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], heard
        thread.join()


@pytest.mark.usefixtures("_credentials")
def test_proxy_is_asked_for_the_connection() -> None:
    """By the name of the service, and without anything of the request."""
    with _listening() as (port, heard):
        result = invoke("count", PHONE, "--proxy", f"http://127.0.0.1:{port}", "--attempts", "1")
    assert 3 == result.exit_code
    assert heard[0].startswith(b"CONNECT api.")
    assert b"secret" not in heard[0]


def _count_by(port: int, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("no_proxy", "")
    base_url = "http://127.0.0.1:9/v1"
    return invoke("count", PHONE, "--base-url", base_url, "--attempts", "1", *arguments).exit_code


@pytest.mark.usefixtures("_credentials")
def test_proxy_of_the_environment_is_used_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the caller trusts it."""
    with _listening() as (port, heard):
        assert 3 == _count_by(port, monkeypatch, "--trust-env")
    assert heard[0].startswith(b"GET http://127.0.0.1:9/v1/conversation/")


@pytest.mark.usefixtures("_credentials")
def test_proxy_of_the_environment_is_ignored_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can set a variable could read along otherwise."""
    with _listening() as (port, heard):
        assert 3 == _count_by(port, monkeypatch)
        socket.create_connection(("127.0.0.1", port)).close()
    assert [b""] == heard


def test_environment_names_proxy_and_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options win; hosts can be left out."""
    monkeypatch.setenv("https_proxy", "http://user:word@proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    monkeypatch.setenv("SSL_CERT_FILE", HERE)
    found = with_environment(Network(), "https://api.example/v1")
    assert Network(proxy="http://user:word@proxy.example:3128", ca_file=Path(HERE)) == found
    assert with_environment(Network(), "https://inside.example/v1").proxy is None
    given = Network(proxy="http://other.example", ca_file=Path("mine.pem"))
    assert given == with_environment(given, "https://api.example/v1")
    assert "word" not in repr(found)


def test_password_of_a_proxy_is_not_taken_from_the_command_line() -> None:
    """The error says where it belongs."""
    result = invoke("count", PHONE, "--proxy", "http://user:word@proxy.example:3128")
    assert 2 == result.exit_code
    assert "Put the URL into HTTPS_PROXY, and give --trust-env." in " ".join(result.stderr.split())
    assert "word@" not in result.stderr


@pytest.mark.usefixtures("_credentials")
@pytest.mark.parametrize(
    "option", [("--ca-file", __file__), ("--proxy", "ftp://proxy.example"), ("--cert", __file__)]
)
def test_errors_name_the_option(option: tuple[str, str]) -> None:
    """Not the argument of the library."""
    result = invoke("count", PHONE, *option)
    assert 2 == result.exit_code
    assert result.stderr.startswith(f"Error: {option[0]}")


def test_attachments_through_a_proxy_have_to_be_accepted(sandbox: Sandbox) -> None:
    """The proxy connects then, so that private addresses cannot be refused here."""
    result = invoke("export", PHONE, "-o", "-", "--files", "files", "--ca-file", HERE)
    assert 2 == result.exit_code
    assert "Accept that by --allow-private-addresses" in " ".join(result.stderr.split())
    assert [] == sandbox.requests


@pytest.mark.parametrize(
    ("service", "retry"),
    [
        (Service(), Retry()),
        (Service(attempts=1), Retry(attempts=1)),
        (Service(patience=3600), Retry.patient(total_time=3600)),
    ],
    ids=["default", "attempts", "patience"],
)
def test_patience_is_a_retry_of_the_library(service: Service, retry: Retry) -> None:
    """Both options can be given together."""
    assert retry == service.retry
    both = Service(patience=3600, attempts=7).retry
    assert (7, 3600) == (both.attempts, both.total_time)


def test_attempts_are_limited(sandbox: Sandbox) -> None:
    """An error of the server is not retried then."""
    sandbox.fail(Response(status=503), times=None)
    assert 1 == invoke("count", PHONE, "--attempts", "1").exit_code
    assert 1 == len(sandbox.requests)


def test_rate_is_limited(sandbox: Sandbox) -> None:
    """By the library, which checks the number."""
    assert 0 == invoke("count", PHONE, "--requests-per-second", "50").exit_code
    assert 2 == invoke("count", PHONE, "--requests-per-second", "0").exit_code
    assert 1 == len(sandbox.requests)


@pytest.mark.usefixtures("_credentials")
def test_untrusted_certificate_names_the_remedy() -> None:
    """The option that trusts a company's CA."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(HERE)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def shake_hands() -> None:
            connection, _ = server.accept()
            with suppress(OSError), connection:
                context.wrap_socket(connection, server_side=True)

        thread = Thread(target=shake_hands)
        thread.start()
        base_url = f"https://127.0.0.1:{server.getsockname()[1]}/v1"
        result = invoke("count", PHONE, "--base-url", base_url, "--attempts", "1")
        thread.join()
    assert 3 == result.exit_code
    assert "--ca-file" in result.stderr
