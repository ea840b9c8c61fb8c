"""Accept requests for the names of this hub only, where a browser could act for a person.

A page of another site can resolve its own host name to this machine (DNS rebinding). The browser
then sends its requests as those of the same origin, so `Origin` and `Sec-Fetch-Site` do not help:
only the host name differs. Such a page has no cookie of ours, but in a demo it could sign in.
"""

import ipaddress
import socket
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from hub.web.graphql.sockets import deny_handshake
from hub.web.pages.error_page import error_page

LOCAL_NAMES: Final = frozenset({"localhost"})
HEALTH_PATHS: Final = frozenset({"/healthz", "/readyz"})
"""Supervisors check these by whatever name they have for this machine."""
MISDIRECTED: Final = 421
FOREIGN_NAME: Final = (
    "ชื่อเครื่องในที่อยู่นี้ไม่ใช่ชื่อของระบบ เปิดด้วยที่อยู่ที่ผู้ดูแลระบบตั้งไว้ (HUB_PUBLIC_URL) "
    "· The host name of this address is not a name of this hub; use the address that the operator "
    "set (HUB_PUBLIC_URL)"
)


class OwnHostsMiddleware:
    """Answers 421 to a request for another host name if it has a session cookie, or in a demo."""

    def __init__(self, app: ASGIApp, *, names: Iterable[str], cookie: str, demo: bool) -> None:
        self._app = app
        self._names = LOCAL_NAMES | frozenset(names)
        self._cookie = cookie
        self._demo = demo

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application unless the request must be for another host."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        is_checked = scope["path"] not in HEALTH_PATHS and (
            self._demo or self._cookie in connection.cookies
        )
        if not is_checked or is_own_host(connection.headers.get("host", ""), self._names):
            await self._app(scope, receive, send)
            return
        response = error_page(FOREIGN_NAME, MISDIRECTED)
        if scope["type"] == "websocket":
            await deny_handshake(WebSocket(scope, receive, send), response)
        else:
            await response(scope, receive, send)


def is_own_host(host: str, names: frozenset[str]) -> bool:
    """Return whether a `Host` header is a name of this hub, an address, or empty (not a browser).

    An address is always accepted: a page of that origin was served from there.
    """
    name = urlsplit(f"//{host}").hostname or ""
    return not name or name in names or is_address(name)


def is_address(name: str) -> bool:
    """Return whether a host is an IP address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def list_own_names(*urls: str) -> list[str]:
    """Return the host names of URLs, and the name of this machine."""
    names = [urlsplit(url).hostname or "" for url in urls]
    return [name.lower() for name in (*names, socket.gethostname()) if name]
