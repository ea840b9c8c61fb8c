"""`/oauth/authorize`: a person lets a page of another origin ask in their name (RFC 6749, 9207)."""

from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hub.domain.identity.clients import Client, ClientKind
from hub.domain.identity.people import PersonSession, SessionStore
from hub.domain.identity.viewer import PERMISSION_DESCRIPTIONS, ROLE_NAMES, Permission
from hub.web.auth.code_exchange import Counter
from hub.web.auth.grants import THAI, Form
from hub.web.auth.issuers import Trust
from hub.web.auth.login import to_sign_in, uncached
from hub.web.auth.sessions import SignedIn
from hub.web.errors import Refused, error_pages
from hub.web.form_data import fields_of
from hub.web.pages import forms
from hub.web.pages.error_page import trouble

PATH: Final = "/oauth/authorize"
OWN: Final = frozenset({"token", "decision"})
"""Fields of our form that are none of the request's."""


class Authorizing:
    """The endpoint: GET asks the person, POST is the answer."""

    def __init__(
        self,
        url: str,
        trust: Trust,
        people: SessionStore,
        signed_in: SignedIn,
        now: Callable[[], datetime],
    ) -> None:
        self._url = url
        self._trust = trust
        self._people = people
        self._signed_in = signed_in
        self._now = now

    def routes(self) -> list[Route]:
        """Return the route of the endpoint."""
        return [Route(PATH, self.authorize, methods=["GET", "POST"])]

    @error_pages
    async def authorize(self, request: Request) -> Response:
        """A page that says who wants what, or where the answer to it leads."""
        posted = request.method == "POST"
        told = await fields_of(request) if posted else {}
        if posted and not self._signed_in.form_is_ours(request, told.get("token", "")):
            raise Refused(403, "ฟอร์มนี้เก่าแล้ว เปิดหน้าใหม่", "this form is old; open the page again")
        query = [pair for pair in told.items() if pair[0] not in OWN] if posted else asked(request)
        try:
            return await self._answered(request, Form.of_pairs(query), told.get("decision"))
        except OAuth2Error as error:
            return self._refused(error)

    async def _answered(self, request: Request, form: Form, decision: str | None) -> Response:
        named = form.fields.get("client_id")
        client = await self._trust.client(named) if named else None
        person = await self._signed_in.person(request)
        known = client if client is not None and client.kind is ClientKind.PUBLIC else None
        counter = Counter(self._url, known, person, self._now())
        asking, grant = counter.looked_at(request, form)
        if person is None or client is None:
            return to_sign_in(f"{PATH}?{urlencode(form.pairs)}")
        if decision is None:
            return self._consent(request, form, client, person, grant.request.scope)
        back = counter.decided(asking, grant, allowed=decision == "allow")
        if counter.issued is not None:
            await self._people.insert_code(counter.issued)
        return self._sent(back)

    def _consent(
        self, request: Request, form: Form, client: Client, person: PersonSession, scope: str
    ) -> Response:
        wanted = frozenset(scope.split()) & person.scopes
        rights = [PERMISSION_DESCRIPTIONS[p] for p in Permission if p.value in wanted]
        may = "".join(f"<li>{forms.both(*words)}</li>" for words in (READ, *rights))
        fields = {**dict(form.pairs), "token": self._signed_in.form_token(request)}
        place = origin_of(form.fields["redirect_uri"])
        th, en = ROLE_NAMES[person.role]
        return forms.page(
            ("อนุญาตให้หน้าเว็บนี้ถามในนามของคุณหรือไม่", "Let this page ask in your name?"),
            f"<p><strong>{escape(client.name)}</strong> ({escape(place)})</p>",
            f"<p>{forms.both(*COULD)}</p>",
            f'<ul id="scopes">{may}</ul>',
            f"<p>{forms.both('ในนามของ', 'in the name of')} <strong>{escape(person.name)}"
            f"</strong>, {forms.both(th, en)}, {forms.named(person.agency_name)}</p>",
            forms.form(
                PATH,
                fields,
                forms.button(forms.both("อนุญาต", "Allow"), "decision", "allow", primary=True),
                forms.button(forms.both("ไม่อนุญาต", "Do not allow"), "decision", "deny"),
            ),
            sends_to=place,
        )

    def _refused(self, error: OAuth2Error) -> Response:
        """Told to the client where its address is certain, and else to the person alone."""
        if error.redirect_uri:
            _, _, headers = error()
            return self._sent(dict(headers)["Location"])
        english = error.get_error_description() or str(error.error)
        thai = THAI.get(str(error.error), "คำขอไม่ถูกต้อง")
        return trouble(f"{thai} · {english}", 400)

    def _sent(self, back: str) -> Response:
        location = add_params_to_uri(back, [("iss", self._url)])
        return uncached(RedirectResponse(location, 303))


COULD: Final = ("จะทำสิ่งต่อไปนี้ได้เป็นเวลาสิบนาที", "could, for ten minutes:")
READ: Final = ("อ่านสิ่งที่หน่วยงานของคุณอ่านได้", "read what your agency may read")


def asked(request: Request) -> list[tuple[str, str]]:
    """The parameters of an address, as they were sent."""
    return parse_qsl(request.url.query, keep_blank_values=True)


def origin_of(address: str) -> str:
    """Scheme, host and port of a registered address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
