"""Where requests go: the base URL, and the paths below it."""

import os
import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Final
from urllib.parse import quote

import httpx

from smstools_async._redact import show_url

DEFAULT_BASE_URL: Final = "https://api.smsgatewayapi.com/v1"
_VARIABLE: Final = "SMSTOOLS_BASE_URL"
_PORTS: Final = range(1, 65536)


def read_base_url(given: str | None, *, allow_http: bool = False) -> str:
    """Return the base URL: `given`, or that of the environment, or the vendor's.

    Raises:
        TypeError: `given` is not a `str`.
        ValueError: It is not `https://host[:port][/path]`; plain `http` is accepted for this
            machine alone, unless `allow_http`.
    """
    if given:
        return _check_base_url("base_url", given, allow_http=allow_http)
    from_environment = os.environ.get(_VARIABLE)
    if from_environment:
        return _check_base_url(_VARIABLE, from_environment, allow_http=allow_http)
    return DEFAULT_BASE_URL


def _check_base_url(name: str, base_url: str, *, allow_http: bool) -> str:
    """Return `base_url` without a slash at its end; `name` is where it came from."""
    if not isinstance(base_url, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise TypeError(f"{name} must be a str, got {type(base_url).__name__}")
    url = parse_url(base_url)
    if url is None or url.scheme not in ("http", "https"):
        raise ValueError(
            f"{name}='{show_url(base_url)}' is not a valid base URL; give one such as"
            " https://host/v1"
        )
    if url.userinfo or set("?#") & set(base_url):
        raise ValueError(
            f"{name} (not shown) has a user name, a query or a fragment; give host and path only"
        )
    if url.scheme == "http" and not (allow_http or _is_this_machine(url.host)):
        raise ValueError(
            f"{name}='{show_url(base_url)}' would send the secret unencrypted; use https, or accept"
            " it by allow_insecure_http=True"
        )
    return base_url.rstrip("/")


def parse_url(text: str) -> httpx.URL | None:
    """Parse a URL as the HTTP client will; `None` where it is not a complete one."""
    try:
        url = httpx.URL(text)
        has_port = url.port is None or url.port in _PORTS
        is_complete = bool(url.host) and has_port and not re.search(r"\s", text)
    except (httpx.InvalidURL, ValueError):
        return None
    return url if is_complete else None


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def split_path(path: str) -> tuple[str, ...]:
    """Return the parts of a path below the base URL, to be quoted one by one.

    Raises:
        TypeError: It is not a `str`.
        ValueError: A part is empty, `.` or `..`, or there is a query.
    """
    if not isinstance(path, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise TypeError(f"path must be a str such as '/message/inbox', got {type(path).__name__}")
    parts = tuple(path.removeprefix("/").split("/"))
    if any(part in ("", ".", "..") for part in parts) or set("?#\\") & set(path):
        raise ValueError(
            f"path='{show_url('/' + path)[1:]}' is not a plain path below the base URL, such as"
            " '/message/inbox'; a query goes into `params`"
        )
    return parts


def join_url(base_url: str, parts: Sequence[str], params: Mapping[str, str | int]) -> str:
    """Return a complete URL; each part is quoted as one."""
    path = "/".join(quote(part, safe="") for part in parts)
    query = httpx.QueryParams(params)
    return f"{base_url}/{path}?{query}" if query else f"{base_url}/{path}"
