"""Hosts of attachments that are untidy: each name does what it says."""

import json
import math
import zlib
from gzip import decompress
from urllib.parse import urlsplit

import pytest

from smstools_async import MessageFile
from smstools_async.sandbox import UNTIDY_HOSTS, Quirks, Response, Sandbox

PHONE = "+5511987654321"


def _response(quirks: Quirks) -> Response:
    sandbox = Sandbox(quirks=quirks)
    file = MessageFile(name="a.png", url="https://files.example/a.png", mime="image/png")
    sandbox.receive(PHONE, "", files=[file])
    response = sandbox.respond("GET", urlsplit(file.url).path)
    assert isinstance(response, Response)
    return response


TRUE = _response(Quirks())


@pytest.mark.parametrize("name", UNTIDY_HOSTS)
def test_each_host_departs_from_the_tidy_one(name: str) -> None:
    """In its status, a header, its body or how the body arrives."""
    assert _response(UNTIDY_HOSTS[name]) != TRUE


def _encoding(name: str) -> str | None:
    return _response(UNTIDY_HOSTS[name]).all_headers().get("content-encoding")


def test_encodings() -> None:
    """One host compresses; others only say that they encode, and send the file as it is."""
    packed = _response(UNTIDY_HOSTS["host-gzips"])
    assert ("gzip", TRUE.body) == (_encoding("host-gzips"), decompress(packed.body))
    labels = ["", "none", "null", "identity", "utf-8", "aws-chunked", "binary", "br", "gzip"]
    names = ["empty", *labels[1:-1]]
    hosts = [*(f"host-encoding-{name}" for name in names), "host-says-gzip"]
    assert labels == [_encoding(host) for host in hosts]
    assert {TRUE.body} == {_response(UNTIDY_HOSTS[host]).body for host in hosts}


def test_a_cut_gzip_is_no_gzip() -> None:
    """What is missing is the end."""
    with pytest.raises((EOFError, zlib.error)):
        decompress(_response(UNTIDY_HOSTS["host-gzips-and-cuts"]).body)


@pytest.mark.parametrize("status", [202, 203, 204, 205, 206, 302, 403, 410])
def test_statuses(status: int) -> None:
    """Those that are not a complete file, although most of them are a success."""
    response = _response(UNTIDY_HOSTS[f"host-status-{status}"])
    assert status == response.status
    assert len(response.body) < len(TRUE.body) or status == 203


def test_partial_content_says_which_part() -> None:
    """Or does not, where the host is still less tidy."""
    half = len(TRUE.body) // 2
    part = _response(UNTIDY_HOSTS["host-status-206"])
    assert (TRUE.body[:half], f"bytes 0-{half - 1}/{len(TRUE.body)}") == (
        part.body,
        part.headers["Content-Range"],
    )
    assert "Content-Range" not in _response(UNTIDY_HOSTS["host-status-206-without-range"]).headers


def test_types() -> None:
    """A media type may be missing, or that of something else; a file may be something else."""
    assert "content-type" not in _response(UNTIDY_HOSTS["host-type-missing"]).all_headers()
    page = _response(UNTIDY_HOSTS["host-sends-a-web-page-as-image"])
    assert (True, "image/png") == (page.body.startswith(b"<!DOCTYPE"), page.headers["Content-Type"])
    error = _response(UNTIDY_HOSTS["host-sends-an-error-as-json"])
    assert {"error": "expired"} == json.loads(error.body)


def test_length_may_be_left_out() -> None:
    """As by servers that send a file while they make it."""
    assert "content-length" not in _response(UNTIDY_HOSTS["host-without-length"]).all_headers()
    assert str(len(TRUE.body)) == TRUE.all_headers()["content-length"]


def test_body_may_drip() -> None:
    """Byte by byte."""
    response = _response(UNTIDY_HOSTS["host-drips"])
    assert len(TRUE.body) == len([*response.pieces()])
    assert 0 < response.piece_delay < math.inf
