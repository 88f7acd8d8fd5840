"""Hosts of attachments with untidy headers, other statuses, or wrong bodies."""

from collections.abc import Mapping
from gzip import compress
from types import MappingProxyType
from typing import Final

import attrs

from smstools_async.sandbox._quirks import Quirks
from smstools_async.sandbox._responses import Change, Response
from smstools_async.sandbox._wire import HTML

_LOGIN_PAGE: Final = b"<!DOCTYPE html><html><title>Sign in</title><body>Sign in</body></html>"


def _labelled(**headers: str) -> Change:
    """Replace headers; an underscore in a name stands for a hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda response: response.with_headers(named)


def _cut(status: int, share: float) -> Change:
    """Send only the first part of the body."""
    return lambda response: attrs.evolve(
        response, status=status, body=response.body[: int(len(response.body) * share)]
    )


def _gzipped(response: Response) -> Response:
    packed = compress(response.body, mtime=0)
    return attrs.evolve(response, body=packed).with_headers({"Content-Encoding": "gzip"})


def _cut_gzip(response: Response) -> Response:
    packed = _gzipped(response)
    return attrs.evolve(packed, body=packed.body[:-9])


def _partial(response: Response) -> Response:
    total = len(response.body)
    part = _cut(206, 0.5)(response)
    return part.with_headers({"Content-Range": f"bytes 0-{len(part.body) - 1}/{total}"})


def _replaced(body: bytes, **headers: str) -> Change:
    return lambda response: attrs.evolve(_labelled(**headers)(response), body=body)


def _with_status(status: int, body: bytes | None = None) -> Change:
    return lambda response: attrs.evolve(
        response, status=status, body=response.body if body is None else body
    )


def _without_type(response: Response) -> Response:
    headers = {k: v for k, v in response.headers.items() if k.lower() != "content-type"}
    return attrs.evolve(response, headers=headers)


def _redirected(response: Response) -> Response:
    return attrs.evolve(
        response, status=302, headers={"Location": "https://elsewhere.example/file"}, body=b""
    )


_HOSTS: Final[Mapping[str, Change]] = {
    "host-gzips": _gzipped,
    "host-gzips-and-cuts": _cut_gzip,
    "host-says-gzip": _labelled(Content_Encoding="gzip"),
    "host-encoding-empty": _labelled(Content_Encoding=""),
    "host-encoding-none": _labelled(Content_Encoding="none"),
    "host-encoding-null": _labelled(Content_Encoding="null"),
    "host-encoding-identity": _labelled(Content_Encoding="identity"),
    "host-encoding-utf-8": _labelled(Content_Encoding="utf-8"),
    "host-encoding-aws-chunked": _labelled(Content_Encoding="aws-chunked"),
    "host-encoding-binary": _labelled(Content_Encoding="binary"),
    "host-encoding-br": _labelled(Content_Encoding="br"),
    "host-type-missing": _without_type,
    "host-type-empty": _labelled(Content_Type=""),
    "host-type-html": _labelled(Content_Type=HTML),
    "host-type-octet-stream": _labelled(Content_Type="application/octet-stream"),
    "host-type-not-a-type": _labelled(Content_Type="image"),
    "host-sends-nothing": _with_status(200, b""),
    "host-sends-a-web-page": _replaced(_LOGIN_PAGE, Content_Type=HTML),
    "host-sends-a-web-page-as-image": _replaced(_LOGIN_PAGE, Content_Type="image/png"),
    "host-sends-an-error-as-json": _replaced(
        b'{"error":"expired"}', Content_Type="application/json"
    ),
    "host-without-length": _labelled(Transfer_Encoding="chunked"),
    "host-cuts": lambda response: attrs.evolve(response, cut_after=len(response.body) // 2),
    "host-drips": lambda response: attrs.evolve(response, piece_bytes=1, piece_delay=0.5),
    "host-sets-cookies": _labelled(Set_Cookie="session=1; Path=/"),
    "host-status-202": _with_status(202, b""),
    "host-status-203": _with_status(203),
    "host-status-204": _with_status(204, b""),
    "host-status-205": _with_status(205, b""),
    "host-status-206": _partial,
    "host-status-206-without-range": _cut(206, 0.5),
    "host-status-302": _redirected,
    "host-status-403": _with_status(403, b"<Error><Code>AccessDenied</Code></Error>"),
    "host-status-410": _with_status(410, b""),
}

UNTIDY_HOSTS: Final[Mapping[str, Quirks]] = MappingProxyType(
    {name: Quirks(attachment=change) for name, change in _HOSTS.items()}
)
"""What hosts of attachments do to their responses, by name."""
