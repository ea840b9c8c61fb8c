"""Who is signed in, by the cookie of their browser.

The cookie is 256 bits of chance and says nothing; the session is kept by its hash, and looked at
again after `REMEMBERED` seconds, so that it ends on every node within that time when the agency or
its issuer is disabled. Sign-in makes a new cookie, whatever cookie came.

A cookie is heard for what our own pages ask, and for people who go from page to page. `SameSite`
keeps it from other sites; a page of another host of the same site is told by what the browser says
of it (`Origin`, `Sec-Fetch-Site`). Forms carry a token besides.
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
"""What a browser says of a page of ours, or of nobody's (`Sec-Fetch-Site`)."""


class Sessions:
    """The sessions of this hub. `demo` says whether those of the demo sign-in count."""

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
        """Who is signed in at this browser; null where nobody is, or not any more."""
        sent = request.cookies.get(self.cookie)
        return await self.find_session(hash_secret(sent)) if sent else None

    async def find_person_of_own_page(self, request: HTTPConnection) -> PersonSession | None:
        """Who asks at a door by a cookie; null where the page that asks is not ours."""
        return await self.find_person(request) if is_own_page(request) else None

    async def find_session(self, session_id: str) -> PersonSession | None:
        """The session of an id, where it counts; that it was asked for is noted."""
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
        """Sign a person in at this browser; whoever was is signed out."""
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
        """Sign out whoever is signed in at this browser, on this node at once."""
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
        """Bind an attempt to this browser; the id it is kept by."""
        secret = secrets.token_urlsafe(32)
        self.set_cookie(
            response, self.attempt_cookie, secret, int(LOGIN_ATTEMPT_LIFETIME.total_seconds())
        )
        return hash_secret(secret)

    async def consume_attempt(self, request: HTTPConnection) -> Any:
        """What was kept of the attempt of this browser, once; null where there is none."""
        sent = request.cookies.get(self.attempt_cookie)
        return (
            await self._session_store.consume_login_attempt(hash_secret(sent), self._clock())
            if sent
            else None
        )

    def form_token(self, request: HTTPConnection) -> str:
        """What a form of ours carries, and nobody who cannot read the cookie knows."""
        return hash_secret(f"form:{request.cookies.get(self.cookie, '')}")

    def is_own_form(self, request: HTTPConnection, token: str) -> bool:
        """Whether a form was made by us for this browser."""
        is_equal = hmac.compare_digest(self.form_token(request).encode(), token.encode())
        return is_own_page(request) and is_equal


def cookie_name(url: str) -> str:
    """Return the name of the session cookie of a hub that clients know by `url`.

    A browser takes the prefix with `Secure` alone, and `Secure` over https alone: on this machine,
    without TLS, a cookie by that name would not be kept.
    """
    return "__Host-hub" if url.startswith("https://") else "hub"


def is_own_page(request: HTTPConnection) -> bool:
    """Whether a browser says that a page of ours asks, or says nothing of it."""
    return is_same_origin(request) and request.headers.get("sec-fetch-site", "") in OWN_FETCH_SITES
