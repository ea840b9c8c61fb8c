"""`/oauth/authorize`: a person allows a page of another origin to send requests in their name.

RFC 6749, section 4.1; responses carry the `iss` parameter of RFC 9207.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hub.domain.identity.clients import Client, ClientKind
from hub.domain.identity.people import PersonSession, SessionStore
from hub.domain.identity.viewer import PERMISSION_DESCRIPTIONS, Permission
from hub.web.auth.code_exchange import AuthorizationRequestHandler
from hub.web.auth.grants import OAuthForm
from hub.web.auth.issuers import IssuerRegistry
from hub.web.auth.login import forbid_caching, redirect_to_login
from hub.web.auth.oauth_errors import THAI_MESSAGES
from hub.web.auth.sessions import Sessions
from hub.web.errors import RequestRejected, with_error_pages
from hub.web.form_data import read_form
from hub.web.pages.error_page import error_page
from hub.web.pages.rendering import render_page

AUTHORIZE_PATH: Final = "/oauth/authorize"
OWN_FIELDS: Final = frozenset({"token", "decision"})
"""Fields of the consent form that are not part of the authorization request."""


class AuthorizationEndpoint:
    """The authorization endpoint: GET shows the consent page, POST is the person's decision."""

    def __init__(
        self,
        url: str,
        issuers: IssuerRegistry,
        session_store: SessionStore,
        sessions: Sessions,
        clock: Callable[[], datetime],
    ) -> None:
        self._url = url
        self._issuers = issuers
        self._session_store = session_store
        self._sessions = sessions
        self._clock = clock

    def routes(self) -> list[Route]:
        """Return the route of the endpoint."""
        return [Route(AUTHORIZE_PATH, self.authorize, methods=["GET", "POST"])]

    @with_error_pages
    async def authorize(self, request: Request) -> Response:
        """Return the consent page, or the redirect with the code or the error."""
        posted = request.method == "POST"
        fields = await read_form(request) if posted else {}
        if posted and not self._sessions.is_own_form(request, fields.get("token", "")):
            raise RequestRejected(
                403, "ฟอร์มนี้เก่าแล้ว เปิดหน้าใหม่", "this form is old; open the page again"
            )
        query = (
            [pair for pair in fields.items() if pair[0] not in OWN_FIELDS]
            if posted
            else query_pairs(request)
        )
        try:
            return await self._respond(request, OAuthForm.from_pairs(query), fields.get("decision"))
        except OAuth2Error as error:
            return self._reject(error)

    async def _respond(self, request: Request, form: OAuthForm, decision: str | None) -> Response:
        client_id = form.fields.get("client_id")
        client = await self._issuers.find_client(client_id) if client_id else None
        person = await self._sessions.find_person(request)
        public_client = client if client is not None and client.kind is ClientKind.PUBLIC else None
        handler = AuthorizationRequestHandler(self._url, public_client, person, self._clock())
        oauth_request, grant = handler.validate(request, form)
        if person is None or client is None:
            return redirect_to_login(f"{AUTHORIZE_PATH}?{urlencode(form.pairs)}")
        if decision is None:
            return self._consent_page(request, form, client, person, grant.request.scope)
        location = handler.create_response(oauth_request, grant, allowed=decision == "allow")
        if handler.issued is not None:
            await self._session_store.insert_code(handler.issued)
        return self._redirect(location)

    def _consent_page(
        self, request: Request, form: OAuthForm, client: Client, person: PersonSession, scope: str
    ) -> Response:
        granted = frozenset(scope.split()) & person.scopes
        permission_labels = [PERMISSION_DESCRIPTIONS[p] for p in Permission if p.value in granted]
        origin = parse_origin(form.fields["redirect_uri"])
        return render_page(
            "consent.html",
            ("อนุญาตให้หน้าเว็บนี้ถามในนามของคุณหรือไม่", "Allow this page to send requests in your name?"),
            form_action_origin=origin,
            client_name=client.name,
            origin=origin,
            permissions=[READ_LABELS, *permission_labels],
            person=person,
            action=AUTHORIZE_PATH,
            fields={**dict(form.pairs), "token": self._sessions.form_token(request)},
        )

    def _reject(self, error: OAuth2Error) -> Response:
        """Redirect an error to the client if its redirect URI is valid, else show an error page."""
        if error.redirect_uri:
            _, _, headers = error()
            return self._redirect(dict(headers)["Location"])
        english = error.get_error_description() or str(error.error)
        thai = THAI_MESSAGES.get(str(error.error), "คำขอไม่ถูกต้อง")
        return error_page(f"{thai} · {english}", 400)

    def _redirect(self, target: str) -> Response:
        location = add_params_to_uri(target, [("iss", self._url)])
        return forbid_caching(RedirectResponse(location, 303))


READ_LABELS: Final = ("อ่านสิ่งที่หน่วยงานของคุณอ่านได้", "read what your agency may read")


def query_pairs(request: Request) -> list[tuple[str, str]]:
    """Return the query parameters of a request in the order they were sent."""
    return parse_qsl(request.url.query, keep_blank_values=True)


def parse_origin(address: str) -> str:
    """Return the scheme, host and port of a redirect URI."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
