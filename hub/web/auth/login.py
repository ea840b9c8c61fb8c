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
from hub.web.auth.issuers import Fetch, Trust
from hub.web.auth.login_page import agencies, anybody, whoever
from hub.web.auth.openid import BACK, Provider, SignInFailed, secure
from hub.web.auth.sessions import SignedIn, of_ours
from hub.web.errors import Refused, bare_error, error_pages
from hub.web.form_data import fields_of
from hub.web.pages import forms
from hub.web.pages.error_page import TITLE
from hub.web.rate_limits import Turnstile, address_of

logger = logging.getLogger(__name__)
TRIES: Final = 2
"""Attempts to sign in of one address, a second over time."""


@contextmanager
def failed_sign_in() -> Iterator[None]:
    """Turn the failure of a provider into a page, and log it."""
    try:
        yield
    except SignInFailed as failed:
        logger.warning("a sign-in failed: %s", failed)
        raise Refused(
            400,
            "ลงชื่อเข้าใช้ไม่สำเร็จ ลองใหม่อีกครั้ง หากยังไม่ได้ให้แจ้งผู้ดูแลระบบของหน่วยงาน",
            f"You could not be signed in ({failed}); try again, or tell your administrator",
        ) from failed


class SigningIn:
    """The endpoints. `secret_of` reads a secret by its name; in a `demo` anybody may be anybody."""

    def __init__(
        self,
        url: str,
        trust: Trust,
        people: SessionStore,
        signed_in: SignedIn,
        *,
        fetch: Fetch,
        secret_of: Callable[[str], str],
        now: Callable[[], datetime],
        ticks: Callable[[], float],
        demo: bool,
    ) -> None:
        self._url = url
        self._trust = trust
        self._people = people
        self._signed_in = signed_in
        self._fetch = fetch
        self._secret_of = secret_of
        self._now = now
        self._tries = Turnstile(TRIES, clock=ticks)
        self._demo = demo

    def routes(self) -> list[Route]:
        """Return the routes of sign-in; that of the demo in a demo alone."""
        demo = [Route("/signin/demo", self.demo, methods=["POST"])] if self._demo else []
        return [
            Route("/signin", self.sign_in),
            Route(BACK, self.back),
            Route("/signout", self.sign_out, methods=["POST"]),
            Route("/session", self.who),
            *demo,
        ]

    @error_pages
    async def sign_in(self, request: Request) -> Response:
        """Who is signed in and which agencies sign people in; with `agency`, go to its provider."""
        next_path = forms.own_path(request.query_params.get("next"))
        if agency := request.query_params.get("agency"):
            return await self._start(request, agency, next_path)
        person = await self._signed_in.person(request)
        content = []
        if person is not None:
            content.append(whoever(person, self._signed_in.form_token(request), next_path))
        content.append(agencies(await self._people.list_login_agencies(), next_path))
        if self._demo:
            content.append(anybody(await self._people.list_ministries(), next_path))
        return forms.page(TITLE, *content)

    async def _start(self, request: Request, agency: str, next_path: str) -> Response:
        if not secure(self._url):
            raise Refused(
                400,
                "ตั้ง HUB_PUBLIC_URL เป็น https ก่อน จึงลงชื่อเข้าใช้ได้",
                "set HUB_PUBLIC_URL to https; people sign in over nothing less",
            )
        self._tries.take(address_of(request))
        issuer = await self._trust.signing(agency)
        if issuer is None:
            raise NotFound("หน่วยงานนี้ยังไม่เปิดให้ลงชื่อเข้าใช้ · This agency signs nobody in here")
        request.scope["session"] = {}
        with failed_sign_in():
            response = await self._provider(issuer).begin(request, self._url)
        kept = {"issuer": issuer.url, "next": next_path, "state": request.session}
        attempt_id = self._signed_in.give_attempt(response)
        await self._people.insert_login_attempt(
            attempt_id, kept, self._now() + LOGIN_ATTEMPT_LIFETIME
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    @error_pages
    async def back(self, request: Request) -> Response:
        """Where a provider sends people to: they are signed in, once, at the browser that began."""
        with failed_sign_in():
            kept = await self._signed_in.attempted(request)
            if kept is None:
                raise SignInFailed("nothing was begun at this browser, or it took too long")
            issuer = await self._trust.issuer(kept["issuer"])
            if issuer is None:
                raise SignInFailed("the issuer is not trusted any more")
            request.scope["session"] = kept["state"]
            told = await self._provider(issuer).ended(request)
        response = RedirectResponse(forms.own_path(kept["next"]), 303)
        await self._signed_in.begin(request, response, issuer.agency_id, issuer.url, told)
        return uncached(response)

    @error_pages
    async def demo(self, request: Request) -> Response:
        """Be anybody, for trying out; there is no such address in production."""
        if not of_ours(request):
            raise Refused(403, "ฟอร์มนี้ไม่ใช่ของระบบ", "this form is not of this hub")
        fields = await fields_of(request)
        chosen = fields.get("agency")
        known = {one.agency_id: one for one in await self._people.list_ministries()}
        agency = known.get(chosen or "")
        role = next((role for role in Role if role.value == fields.get("role")), None)
        if agency is None or role is None:
            raise Refused(400, "เลือกหน่วยงานและบทบาท", "choose an agency and a role")
        name = f"{ROLE_NAMES[role][0]} (ทดลอง)"
        told = Person(f"demo:{agency.agency_id}:{role.value.lower()}", name, role)
        response = RedirectResponse(forms.own_path(fields.get("next")), 303)
        await self._signed_in.begin(request, response, agency.agency_id, None, told)
        return uncached(response)

    @error_pages
    async def sign_out(self, request: Request) -> Response:
        """Go; the tokens of pages that asked in this person's name stop, too."""
        fields = await fields_of(request)
        if not self._signed_in.form_is_ours(request, fields.get("token", "")):
            raise Refused(403, "ฟอร์มนี้เก่าแล้ว เปิดหน้าใหม่", "this form is old; open the page again")
        response = RedirectResponse(forms.own_path(fields.get("next")), 303)
        await self._signed_in.end(request, response)
        return uncached(response)

    async def who(self, request: Request) -> Response:
        """Who is signed in, for the head of our pages: `person` is null where nobody is."""
        try:
            person = await self._signed_in.asking(request)
        except NotReady as unready:
            return uncached(bare_error(unready))
        said: dict[str, Any] = {"person": None}
        if person is not None:
            th, en = ROLE_NAMES[person.role]
            said = {
                "person": {
                    "name": person.name,
                    "role": {"th": th, "en": en},
                    "agency": {"th": person.agency_name.th, "en": person.agency_name.en},
                },
                "token": self._signed_in.form_token(request),
            }
        return uncached(Response(orjson.dumps(said), media_type="application/json"))

    def _provider(self, issuer: Issuer) -> Provider:
        """The provider of an issuer; the secret is read when it is used."""
        name = issuer.sign_in.secret if issuer.sign_in is not None else None
        secret = self._secret_of(name) if name else None
        return Provider(issuer, secret, self._trust, self._fetch, self._now)


def to_sign_in(path: str) -> Response:
    """Send somebody to sign in first, and then on."""
    return uncached(RedirectResponse(f"/signin?next={quote(path, safe='')}", 303))


def uncached(response: Response) -> Response:
    """An answer for one person."""
    response.headers["Cache-Control"] = "no-store"
    return response
