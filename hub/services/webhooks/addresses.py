"""Addresses of webhooks: https on the public internet, never a private network."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Final

import httpx2

from hub.errors import Invalid

MAX_URL_LENGTH: Final = 2_000
TRANSLATED_NETWORKS: Final = (
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("64:ff9b:1::/48"),
    ipaddress.ip_network("2002::/16"),
)
"""IPv6 networks that lead to any IPv4 address, private ones included (RFC 6052, 8215, 3056)."""

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Exception):
    """A host has no address that may be connected to."""


def is_public(address: IpAddress) -> bool:
    """Return whether an address is of the public internet."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in TRANSLATED_NETWORKS):
            return False
    return address.is_global and not address.is_multicast


def parse_ip(host: str) -> IpAddress | None:
    """Return a literal address; null for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_loopback_host(host: str) -> bool:
    """Return whether a host is this machine by its name or literal address."""
    address = parse_ip(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def parse_webhook_url(text: str, *, allow_loopback: bool) -> str:
    """Return the address of a webhook; `Invalid("input.url")` unless https on a public host.

    `allow_loopback`, a setting for development, also permits http to this machine.
    """
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError):
        url = httpx2.URL("")
    if allow_loopback and url.scheme in {"http", "https"} and is_loopback_host(url.host):
        return text
    if len(text) > MAX_URL_LENGTH or url.scheme != "https" or not url.host:
        raise Invalid(
            "input.url",
            "ต้องเป็นที่อยู่ https:// ที่มีชื่อเครื่อง ยาวไม่เกิน 2,000 อักขระ",
            "must be an https:// address with a host, at most 2,000 characters",
        )
    if url.userinfo or url.fragment:
        raise Invalid(
            "input.url",
            "ต้องไม่มีชื่อผู้ใช้ รหัสผ่าน หรือ # ในที่อยู่ ผู้รับตรวจลายเซ็นของข้อความแทน",
            "must have no user, password or #; the receiver verifies the signature instead",
        )
    address = parse_ip(url.host)
    if is_loopback_host(url.host) or (address is not None and not is_public(address)):
        raise Invalid(
            "input.url",
            "ต้องเป็นที่อยู่บนอินเทอร์เน็ต ไม่ใช่เครือข่ายภายใน",
            "must be an address of the public internet, not of a private network",
        )
    return text


async def resolve_host(host: str, port: int, *, allow_loopback: bool) -> Sequence[IpAddress]:
    """Return the addresses of a host that may be connected to; `AddressRefused` without any.

    They are checked after the name was resolved, and the connection uses one of them: a name that
    resolves to another address a moment later changes nothing.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise AddressRefused("the host name cannot be resolved") from None
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    permitted = [
        one
        for one in addresses
        if is_public(one) or (allow_loopback and one.is_loopback and is_loopback_host(host))
    ]
    if not permitted:
        raise AddressRefused("the host is in a private network")
    return permitted
