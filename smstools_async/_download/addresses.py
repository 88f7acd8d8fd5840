"""Which addresses may be connected to for a URL that a stranger chose.

`ipaddress.is_global` changes between versions of Python, and takes multicast, site-local addresses
and private IPv4 addresses within IPv6 for public ones. So the ranges are listed here, from IANA's
registries of special-purpose addresses. For IPv6 it is the other way round: only what is assigned
to networks (2000::/3) is public.
"""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_GLOBAL_UNICAST: Final = ip_network("2000::/3")
_TRANSLATED: Final = ip_network("64:ff9b::/96")
"""How a network without IPv4 writes the IPv4 addresses of others (RFC 6052)."""
_NOT_PUBLIC: Final = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # between a provider and its customers
            "127.0.0.0/8",
            "168.63.129.16/32",  # public by number, yet the host beneath each machine of Azure
            "169.254.0.0/16",  # link-local: the metadata of cloud machines
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "2001::/23",  # Teredo and others that lead elsewhere
            "2001:db8::/32",
            "2002::/16",  # 6to4: an IPv4 address within
            "3ffe::/16",
            "3fff::/20",
        ),
    )
)
_PRIVATE: Final = tuple(
    map(
        ip_network,
        (
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "::1/128",
            "fc00::/7",
        ),
    )
)
_METADATA: Final = tuple(
    map(
        ip_network,
        (
            "100.100.100.200/32",  # Alibaba Cloud
            "fd00:ec2::/32",  # AWS: metadata, credentials of containers, time
            "fd20:ce::/32",  # Google Cloud
        ),
    )
)
"""Where clouds keep the keys of a machine, though the range is a private one. Link-local ones, and
those of Azure and Oracle, are not private in the first place."""


def may_be_dialled(address: str, *, allow_private: bool) -> bool:
    """Return whether `address` is public, or private or of this machine where that is allowed.

    Addresses where clouds keep the keys of a machine are refused in either case: link-local ones,
    and the metadata services of Alibaba, AWS, Azure, Google and Oracle.

    Raises:
        ValueError: It is not an address.

    Example:
        >>> may_be_dialled("10.0.0.1", allow_private=False)
        False
        >>> may_be_dialled("10.0.0.1", allow_private=True)
        True
    """
    read = ip_address(address)
    return _is_public(read) or (allow_private and _is_private(read))


def _is_private(address: Address) -> bool:
    return _is_in(address, _PRIVATE) and not _is_in(address, _METADATA)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        if address in _TRANSLATED:
            return _is_public(IPv4Address(address.packed[-4:]))
        if address not in _GLOBAL_UNICAST:
            return False
    return not _is_in(address, _NOT_PUBLIC)


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)
