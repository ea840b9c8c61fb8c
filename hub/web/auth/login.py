"""`/signin`, `/signin/back`, `/signout`: people come in by their agency's provider, and go."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hub.domain.identity.clients import Issuer
from hub.domain.identity.people import LOGIN_ATTEMPT_LIFETIME, Person, SessionStore
from hub.domain.identity.viewer import ROLE_NAMES, Role
from hub.errors import NotFound, NotReady
from hub.web.auth.issuers import FetchJson, IssuerRegistry
from hub.web.auth.login_page import agency_section, demo_section, person_section
from hub.web.auth.openid import CALLBACK_PATH, LoginFailed, OpenIdProvider, is_secure_url
from hub.web.auth.sessions import Sessions, is_own_page
from hub.web.errors import RequestRejected, bare_error, with_error_pages
from hub.web.form_data import read_form
from hub.web.pages import forms
from hub.web.pages.error_page import TITLE
from hub.web.rate_limits import RateLimiter, client_address

logger = logging.getLogger(__name__)
LOGIN_RATE: Final = 2
"""Attempts to sign in of one address, a second over time."""


@contextmanager
def login_failure_page() -> Iterator[None]:
    """Turn the failure of a provider into a page, and log it."""
    try:
        yield
    except LoginFailed as failed:
        logger.warning("a sign-in failed: %s", failed)
        raise RequestRejected(
            400,
            "ลงชื่อเข้าใช้ไม่สำเร็จ ลองใหม่อีกครั้ง หากยังไม่ได้ให้แจ้งผู้ดูแลระบบของหน่วยงาน",
            f"You could not be signed in ({failed}); try again, or tell your administrator",
        ) from failed


class LoginEndpoints:
    """The endpoints. `secret_of` reads a secret by its name; in a `demo` anybody may be anybody."""

    def __init__(
        self,
        url: str,
        issuers: IssuerRegistry,
        session_store: SessionStore,
        sessions: Sessions,
        *,
        fetch: FetchJson,
        read_secret: Callable[[str], str],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        demo: bool,
    ) -> None:
        self._url = url
        self._issuers = issuers
        self._session_store = session_store
        self._sessions = sessions
        self._fetch = fetch
        self._read_secret = read_secret
        self._clock = clock
        self._rate_limiter = RateLimiter(LOGIN_RATE, clock=monotonic)
        self._demo = demo

    def routes(self) -> list[Route]:
        """Return the routes of sign-in; that of the demo in a demo alone."""
        demo = [Route("/signin/demo", self.demo_sign_in, methods=["POST"])] if self._demo else []
        return [
            Route("/signin", self.sign_in),
            Route(CALLBACK_PATH, self.callback),
            Route("/signout", self.sign_out, methods=["POST"]),
            Route("/session", self.session_state),
            *demo,
        ]

    @with_error_pages
    async def sign_in(self, request: Request) -> Response:
        """Who is signed in and which agencies sign people in; with `agency`, go to its provider."""
        next_path = forms.safe_next_path(request.query_params.get("next"))
        if agency := request.query_params.get("agency"):
            return await self._start_login(request, agency, next_path)
        person = await self._sessions.find_person(request)
        content = []
        if person is not None:
            content.append(person_section(person, self._sessions.form_token(request), next_path))
        content.append(agency_section(await self._session_store.list_login_agencies(), next_path))
        if self._demo:
            content.append(demo_section(await self._session_store.list_ministries(), next_path))
        return forms.page(TITLE, *content)

    async def _start_login(self, request: Request, agency: str, next_path: str) -> Response:
        if not is_secure_url(self._url):
            raise RequestRejected(
                400,
                "ตั้ง HUB_PUBLIC_URL เป็น https ก่อน จึงลงชื่อเข้าใช้ได้",
                "set HUB_PUBLIC_URL to https; people sign in over nothing less",
            )
        self._rate_limiter.charge(client_address(request))
        issuer = await self._issuers.find_login_issuer(agency)
        if issuer is None:
            raise NotFound("หน่วยงานนี้ยังไม่เปิดให้ลงชื่อเข้าใช้ · This agency signs nobody in here")
        request.scope["session"] = {}
        with login_failure_page():
            response = await self._provider(issuer).start_login(request, self._url)
        state = {"issuer": issuer.url, "next": next_path, "state": request.session}
        attempt_id = self._sessions.start_attempt(response)
        await self._session_store.insert_login_attempt(
            attempt_id, state, self._clock() + LOGIN_ATTEMPT_LIFETIME
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    @with_error_pages
    async def callback(self, request: Request) -> Response:
        """Where a provider sends people to: they are signed in, once, at the browser that began."""
        with login_failure_page():
            state = await self._sessions.consume_attempt(request)
            if state is None:
                raise LoginFailed("nothing was begun at this browser, or it took too long")
            issuer = await self._issuers.find_issuer(state["issuer"])
            if issuer is None:
                raise LoginFailed("the issuer is not trusted any more")
            request.scope["session"] = state["state"]
            person = await self._provider(issuer).complete_login(request)
        response = RedirectResponse(forms.safe_next_path(state["next"]), 303)
        await self._sessions.start(request, response, issuer.agency_id, issuer.url, person)
        return forbid_caching(response)

    @with_error_pages
    async def demo_sign_in(self, request: Request) -> Response:
        """Be anybody, for trying out; there is no such address in production."""
        if not is_own_page(request):
            raise RequestRejected(403, "ฟอร์มนี้ไม่ใช่ของระบบ", "this form is not of this hub")
        fields = await read_form(request)
        agency_id = fields.get("agency")
        ministries = {one.agency_id: one for one in await self._session_store.list_ministries()}
        agency = ministries.get(agency_id or "")
        role = next((role for role in Role if role.value == fields.get("role")), None)
        if agency is None or role is None:
            raise RequestRejected(400, "เลือกหน่วยงานและบทบาท", "choose an agency and a role")
        name = f"{ROLE_NAMES[role][0]} (ทดลอง)"
        person = Person(f"demo:{agency.agency_id}:{role.value.lower()}", name, role)
        response = RedirectResponse(forms.safe_next_path(fields.get("next")), 303)
        await self._sessions.start(request, response, agency.agency_id, None, person)
        return forbid_caching(response)

    @with_error_pages
    async def sign_out(self, request: Request) -> Response:
        """Go; the tokens of pages that asked in this person's name stop, too."""
        fields = await read_form(request)
        if not self._sessions.is_own_form(request, fields.get("token", "")):
            raise RequestRejected(
                403, "ฟอร์มนี้เก่าแล้ว เปิดหน้าใหม่", "this form is old; open the page again"
            )
        response = RedirectResponse(forms.safe_next_path(fields.get("next")), 303)
        await self._sessions.end(request, response)
        return forbid_caching(response)

    async def session_state(self, request: Request) -> Response:
        """Who is signed in, for the head of our pages: `person` is null where nobody is."""
        try:
            person = await self._sessions.find_person_of_own_page(request)
        except NotReady as unready:
            return forbid_caching(bare_error(unready))
        content: dict[str, Any] = {"person": None}
        if person is not None:
            th, en = ROLE_NAMES[person.role]
            content = {
                "person": {
                    "name": person.name,
                    "role": {"th": th, "en": en},
                    "agency": {"th": person.agency_name.th, "en": person.agency_name.en},
                },
                "token": self._sessions.form_token(request),
            }
        return forbid_caching(Response(orjson.dumps(content), media_type="application/json"))

    def _provider(self, issuer: Issuer) -> OpenIdProvider:
        """The provider of an issuer; the secret is read when it is used."""
        name = issuer.sign_in.secret if issuer.sign_in is not None else None
        secret = self._read_secret(name) if name else None
        return OpenIdProvider(issuer, secret, self._issuers, self._fetch, self._clock)


def redirect_to_login(path: str) -> Response:
    """Send somebody to sign in first, and then on."""
    return forbid_caching(RedirectResponse(f"/signin?next={quote(path, safe='')}", 303))


def forbid_caching(response: Response) -> Response:
    """An answer for one person."""
    response.headers["Cache-Control"] = "no-store"
    return response
