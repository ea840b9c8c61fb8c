"""Sessions of signed-in people, identified by a cookie.

The cookie is 256 random bits; the session is stored by its hash and queried again after
`CACHE_SECONDS`, so it ends on every node within that time when the agency or its issuer is
disabled. Each login sets a new cookie, which prevents session fixation.

The cookie authenticates requests of our own pages and navigation between pages. `SameSite` excludes
other sites; pages of another host of the same site are excluded by the headers that browsers send
(`Origin`, `Sec-Fetch-Site`). Forms also contain a token.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from hub.domain.identity.clients import hash_secret
from hub.domain.identity.people import (
    LOGIN_ATTEMPT_LIFETIME,
    SESSION_LIFETIME,
    SESSION_TOUCH_INTERVAL,
    Person,
    PersonSession,
    SessionStore,
)
from hub.domain.text import LocalizedText
from hub.web.auth.issuers import MonotonicClock, TimedCache
from hub.web.cors import is_same_origin

OWN_FETCH_SITES: Final = frozenset({"same-origin", "none", ""})
"""`Sec-Fetch-Site` of our own pages, of direct navigation, and of old browsers (absent)."""


class Sessions:
    """The sessions of this hub; with `demo`, those of the demo login are valid."""

    def __init__(
        self,
        url: str,
        session_store: SessionStore,
        monotonic: MonotonicClock,
        clock: Callable[[], datetime],
        *,
        demo: bool,
    ) -> None:
        self._secure = url.startswith("https://")
        self.cookie = cookie_name(url)
        self.attempt_cookie = f"{self.cookie}-attempt"
        self._session_store = session_store
        self._clock = clock
        self._demo = demo
        self._cache = TimedCache(session_store.find_session, monotonic)

    async def find_person(self, request: HTTPConnection) -> PersonSession | None:
        """Return the session of this browser, or None."""
        sent = request.cookies.get(self.cookie)
        return await self.find_session(hash_secret(sent)) if sent else None

    async def find_person_of_own_page(self, request: HTTPConnection) -> PersonSession | None:
        """Return the session of this browser if our own page sends the request, else None."""
        return await self.find_person(request) if is_own_page(request) else None

    async def find_session(self, session_id: str) -> PersonSession | None:
        """Return the active session of an id, or None; records that it was used."""
        found = await self._cache.get(session_id)
        now = self._clock()
        if found is None or not found.is_active(now) or (found.issuer is None and not self._demo):
            return None
        if now - found.last_seen_at > SESSION_TOUCH_INTERVAL:
            await self._session_store.touch_session(session_id, now)
            self._cache.invalidate(session_id)
        return found

    async def start(
        self,
        request: Request,
        response: Response,
        agency_id: str,
        issuer: str | None,
        person: Person,
    ) -> None:
        """Start a session at this browser; an existing one is ended."""
        await self.end(request, response)
        secret, now = secrets.token_urlsafe(32), self._clock()
        await self._session_store.insert_session(
            PersonSession(
                id=hash_secret(secret),
                agency_id=agency_id,
                agency_name=LocalizedText(""),
                issuer=issuer,
                subject=person.subject,
                name=person.name,
                role=person.role,
                last_seen_at=now,
                until=now + SESSION_LIFETIME,
                enabled=True,
            )
        )
        self.set_cookie(response, self.cookie, secret, int(SESSION_LIFETIME.total_seconds()))

    async def end(self, request: Request, response: Response) -> None:
        """End the session of this browser; on this node at once."""
        sent = request.cookies.get(self.cookie)
        if sent:
            await self._session_store.delete_session(hash_secret(sent))
            self._cache.invalidate(hash_secret(sent))
            self.set_cookie(response, self.cookie, "", 0)

    def set_cookie(self, response: Response, name: str, text: str, seconds: int) -> None:
        """Set a cookie that scripts cannot read and other sites cannot send."""
        response.set_cookie(
            name,
            text,
            max_age=seconds,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def start_attempt(self, response: Response) -> str:
        """Bind a login attempt to this browser by a cookie; return the id it is stored by."""
        secret = secrets.token_urlsafe(32)
        self.set_cookie(
            response, self.attempt_cookie, secret, int(LOGIN_ATTEMPT_LIFETIME.total_seconds())
        )
        return hash_secret(secret)

    async def consume_attempt(self, request: HTTPConnection) -> Any:
        """Return and delete the stored state of this browser's login attempt, or None."""
        sent = request.cookies.get(self.attempt_cookie)
        return (
            await self._session_store.consume_login_attempt(hash_secret(sent), self._clock())
            if sent
            else None
        )

    def form_token(self, request: HTTPConnection) -> str:
        """Return the token of our forms, which cannot be computed without reading the cookie."""
        return hash_secret(f"form:{request.cookies.get(self.cookie, '')}")

    def is_own_form(self, request: HTTPConnection, token: str) -> bool:
        """Return whether a form was rendered by us for this browser."""
        is_equal = hmac.compare_digest(self.form_token(request).encode(), token.encode())
        return is_own_page(request) and is_equal


def cookie_name(url: str) -> str:
    """Return the name of the session cookie of a hub with the public `url`.

    Browsers accept the `__Host-` prefix only with `Secure`, and `Secure` only over https: a local
    hub without TLS could not set a cookie of that name.
    """
    return "__Host-hub" if url.startswith("https://") else "hub"


def is_own_page(request: HTTPConnection) -> bool:
    """Return whether our own page sends the request, by the headers of the browser if any."""
    return is_same_origin(request) and request.headers.get("sec-fetch-site", "") in OWN_FETCH_SITES
