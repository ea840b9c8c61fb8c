"""Security headers of every response: what a browser may do with it. Endpoints override them."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HTTPS_HEADERS: Final = {"Strict-Transport-Security": "max-age=31536000"}
"""Added when the client used HTTPS."""


class SecurityHeadersMiddleware:
    """Adds the security headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application; add the headers that its response does not set."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers_to_set = HEADERS | (HTTPS_HEADERS if scope.get("scheme") == "https" else {})

        async def _send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in headers_to_set.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, _send_with_headers)
