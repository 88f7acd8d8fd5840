"""Addresses: which may be dialled for a URL that a stranger chose."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smstools_async._download.addresses import may_be_dialled

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:830::200e",
    "64:ff9b::808:808",
]
PRIVATE = [
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "::1",
    "fc00::1",
    "fdff::1",
]
NEVER = [
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "0.255.255.255",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.0.1",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3ffe::1",
    "3fff::1",
    "5f00::1",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "fd20:ce::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_may_be_dialled(address: str) -> None:
    """Also one just next to a range that is not."""
    assert may_be_dialled(address, allow_private=False)
    assert may_be_dialled(address, allow_private=True)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_address_is_dialled_where_allowed(address: str) -> None:
    """Such is this machine, and such are the networks around it."""
    assert not may_be_dialled(address, allow_private=False)
    assert may_be_dialled(address, allow_private=True)


@pytest.mark.parametrize("address", NEVER)
def test_special_address_is_never_dialled(address: str) -> None:
    """Where clouds keep keys, what means everybody, what hides another address."""
    assert not may_be_dialled(address, allow_private=False)
    assert not may_be_dialled(address, allow_private=True)


@given(st.ip_addresses(v=4))
def test_ipv4_address_in_ipv6_dress_is_no_more_public(address: ipaddress.IPv4Address) -> None:
    """Whatever this machine or a router would make of it."""
    bare = may_be_dialled(str(address), allow_private=False)
    assert not may_be_dialled(f"::ffff:{address}", allow_private=False)
    assert not may_be_dialled(f"::{address}", allow_private=False)
    assert bare == may_be_dialled(f"64:ff9b::{address}", allow_private=False)


@given(st.ip_addresses())
def test_nothing_is_public_that_python_calls_private(address: ipaddress.IPv4Address) -> None:
    """The list here is the stricter one."""
    if may_be_dialled(str(address), allow_private=False):
        assert address.is_global


@pytest.mark.parametrize("word", ["", "localhost", "127.1", "0x7f000001", "1.2.3.4:80"])
def test_what_is_no_address_is_refused(word: str) -> None:
    """Names are looked up before."""
    with pytest.raises(ValueError, match="address"):
        may_be_dialled(word, allow_private=True)
