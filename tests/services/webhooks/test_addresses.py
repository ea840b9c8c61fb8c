"""Addresses that webhooks may have: https on the public internet."""

import ipaddress

import pytest

from hub.errors import Invalid
from hub.services.webhooks.addresses import (
    AddressRefused,
    is_public,
    parse_webhook_url,
    resolve_host,
)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - compared, not bound
        "224.0.0.1",
        "::1",
        "::",
        "fc00::1",
        "fe80::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
    ],
)
def test_private_address_is_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(Invalid):
        parse_webhook_url(f"https://{host}/hook", allow_loopback=False)


@pytest.mark.parametrize("address", ["203.150.1.1", "2001:3c8:1::1", "::ffff:203.150.1.1"])
def test_public_address_is_accepted(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.ministry.example/",
        "ftp://hooks.ministry.example/",
        "https://user:password@hooks.ministry.example/",
        "https://hooks.ministry.example/#part",
        "https://localhost/",
        "https:///hub",
        "hooks.ministry.example",
        "",
        "https://hooks.ministry.example/" + "x" * 2_000,
    ],
)
def test_other_addresses_are_refused_with_the_field(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_webhook_url(url, allow_loopback=False)
    assert refused.value.field == "input.url"


def test_loopback_is_accepted_for_development_alone() -> None:
    url = "http://127.0.0.1:9000/hook"
    assert parse_webhook_url(url, allow_loopback=True) == url
    with pytest.raises(Invalid):
        parse_webhook_url(url, allow_loopback=False)
    with pytest.raises(Invalid):
        parse_webhook_url("http://10.0.0.1/", allow_loopback=True)


async def test_name_that_resolves_to_a_private_address_is_not_connected_to() -> None:
    with pytest.raises(AddressRefused):
        await resolve_host("localhost", 443, allow_loopback=False)
    assert await resolve_host("localhost", 443, allow_loopback=True)
    with pytest.raises(AddressRefused):
        await resolve_host("10.0.0.1", 443, allow_loopback=True)
