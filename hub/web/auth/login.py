"""`/signin`, `/signin/back`, `/signout`: people sign in with their agency's provider, and out."""

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
from hub.web.auth.next_path import safe_next_path
from hub.web.auth.openid import CALLBACK_PATH, LoginFailed, OpenIdProvider, is_secure_url
from hub.web.auth.sessions import Sessions, is_own_page
from hub.web.errors import RequestRejected, bare_error, with_error_pages
from hub.web.form_data import read_form
from hub.web.pages.rendering import SIGNIN_TITLE, render_page
from hub.web.rate_limits import RateLimiter, client_address

logger = logging.getLogger(__name__)
LOGIN_RATE: Final = 2
"""Login attempts of one address per second, on average."""


@contextmanager
def login_failure_page() -> Iterator[None]:
    """Log a failed login and raise the `RequestRejected` that shows it to the person."""
    try:
        yield
    except LoginFailed as failed:
        logger.warning("login failed: %s", failed)
        raise RequestRejected(
            400,
            "ลงชื่อเข้าใช้ไม่สำเร็จ ลองใหม่อีกครั้ง หากยังไม่ได้ให้แจ้งผู้ดูแลระบบของหน่วยงาน",
            f"You could not be signed in ({failed}); try again, or contact your administrator",
        ) from failed


DEMO_PEOPLE: Final = (
    ("ministry:05", Role.OFFICER),
    ("ministry:15", Role.DELEGATE),
    ("ministry:07", Role.VIEWER),
    ("cluster:C2560-08", Role.OFFICER),
    ("province:20", Role.OFFICER),
    ("ministry:01", Role.STEWARD),
)
"""Demo people with one button each: the Ministry of Tourism's officer first (slide 37)."""


DEMO_DELEGATIONS: Final = ("cluster:C2552-09", "ministry:05", "ministry:08", "province:20")
"""The delegations of the demo's joint session, its host first (`hub.sandbox.session`)."""


class LoginEndpoints:
    """The login endpoints; `read_secret` reads a secret by name, `demo` adds logins without one."""

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
        """Return the routes of the login; `/signin/demo` exists only in a demo."""
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
        """Return the page with person and agencies; with `agency`, redirect to its provider."""
        next_path = safe_next_path(request.query_params.get("next"))
        if agency := request.query_params.get("agency"):
            return await self._start_login(request, agency, next_path)
        person = await self._sessions.find_person(request)
        demo_agencies = await self._session_store.list_demo_agencies() if self._demo else []
        by_id = {one.agency_id: one for one in demo_agencies}
        return render_page(
            "signin.html",
            SIGNIN_TITLE,
            person=person,
            form_token=self._sessions.form_token(request) if person else "",
            next_path=next_path,
            agencies=await self._session_store.list_login_agencies(),
            demo=self._demo,
            demo_people=[(by_id[key], role) for key, role in DEMO_PEOPLE if key in by_id],
            demo_delegations=[by_id[key] for key in DEMO_DELEGATIONS if key in by_id],
            delegate=Role.DELEGATE,
            demo_agencies=demo_agencies,
        )

    async def _start_login(self, request: Request, agency: str, next_path: str) -> Response:
        if not is_secure_url(self._url):
            raise RequestRejected(
                400,
                "ตั้ง HUB_PUBLIC_URL เป็น https ก่อน จึงลงชื่อเข้าใช้ได้",
                "set HUB_PUBLIC_URL to https first; signing in requires it",
            )
        self._rate_limiter.charge(client_address(request))
        issuer = await self._issuers.find_login_issuer(agency)
        if issuer is None:
            raise NotFound("หน่วยงานนี้ยังไม่เปิดให้ลงชื่อเข้าใช้ · This agency has not enabled sign-in")
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
        """Complete a login: the provider redirects the browser that started it here, once."""
        with login_failure_page():
            state = await self._sessions.consume_attempt(request)
            if state is None:
                raise LoginFailed("no login was started at this browser, or it took too long")
            issuer = await self._issuers.find_issuer(state["issuer"])
            if issuer is None:
                raise LoginFailed("the issuer is no longer trusted")
            request.scope["session"] = state["state"]
            person = await self._provider(issuer).complete_login(request)
        response = RedirectResponse(safe_next_path(state["next"]), 303)
        await self._sessions.start(request, response, issuer.agency_id, issuer.url, person)
        return forbid_caching(response)

    @with_error_pages
    async def demo_sign_in(self, request: Request) -> Response:
        """Sign in as any role of a ministry, cluster or province; only a demo has the route."""
        if not is_own_page(request):
            raise RequestRejected(403, "ฟอร์มนี้ไม่ใช่ของระบบ", "this form is not from this hub")
        fields = await read_form(request)
        agency_id = fields.get("agency")
        demo_agencies = {
            one.agency_id: one for one in await self._session_store.list_demo_agencies()
        }
        agency = demo_agencies.get(agency_id or "")
        role = next((role for role in Role if role.value == fields.get("role")), None)
        if agency is None or role is None:
            raise RequestRejected(400, "เลือกหน่วยงานและบทบาท", "choose an agency and a role")
        name = f"{ROLE_NAMES[role][0]} (ทดลอง)"
        person = Person(f"demo:{agency.agency_id}:{role.value.lower()}", name, role)
        response = RedirectResponse(safe_next_path(fields.get("next")), 303)
        await self._sessions.start(request, response, agency.agency_id, None, person)
        return forbid_caching(response)

    @with_error_pages
    async def sign_out(self, request: Request) -> Response:
        """End the session, and with it the tokens that pages obtained in this person's name."""
        fields = await read_form(request)
        if not self._sessions.is_own_form(request, fields.get("token", "")):
            raise RequestRejected(
                403, "ฟอร์มนี้เก่าแล้ว เปิดหน้าใหม่", "this form is old; open the page again"
            )
        response = RedirectResponse(safe_next_path(fields.get("next")), 303)
        await self._sessions.end(request, response)
        return forbid_caching(response)

    async def session_state(self, request: Request) -> Response:
        """Return the signed-in person for the page header; `person` is null if there is none."""
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
        """Return the provider of an issuer; its secret is read at each use."""
        name = issuer.sign_in.secret if issuer.sign_in is not None else None
        secret = self._read_secret(name) if name else None
        return OpenIdProvider(issuer, secret, self._issuers, self._fetch, self._clock)


def redirect_to_login(path: str) -> Response:
    """Redirect to the login page, which continues to `path` afterwards."""
    return forbid_caching(RedirectResponse(f"/signin?next={quote(path, safe='')}", 303))


def forbid_caching(response: Response) -> Response:
    """Set `Cache-Control: no-store` on a response for one person, and return it."""
    response.headers["Cache-Control"] = "no-store"
    return response
