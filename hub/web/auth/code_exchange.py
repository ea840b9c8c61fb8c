"""Authorization codes for public clients, as Authlib looks at them: RFC 6749 section 4.1, 7636.

A code is asked for with an S256 challenge, is good for one look within a minute, and is bound to
the client, the address it was sent to and the challenge. Nothing here waits: what is asked of the
store is fetched before, and what is to be kept is kept after.
"""

from datetime import datetime
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from starlette.requests import Request

from hub.domain.identity.clients import Client, hash_secret
from hub.domain.identity.people import CODE_LIFETIME, AuthorizationCode, PersonSession
from hub.web.auth.grants import (
    AuthlibClient,
    AuthlibRequest,
    AuthorizationServerBase,
    InvalidTargetError,
    OAuthForm,
    TokenExchange,
)
from hub.web.auth.metadata import CHALLENGE_METHOD


class AuthlibCode(AuthorizationCodeMixin):  # type: ignore[misc]
    """A code, as Authlib asks of it."""

    code_challenge_method = CHALLENGE_METHOD

    def __init__(self, code: AuthorizationCode) -> None:
        self.code = code
        self.code_challenge = code.challenge

    def get_redirect_uri(self) -> str:
        """Where it was sent."""
        return self.code.redirect_uri

    def get_scope(self) -> str:
        """What the person let."""
        return " ".join(sorted(self.code.scopes))


class AuthlibUser:
    """The person a token speaks for, as Authlib asks of it."""

    def __init__(self, person: PersonSession) -> None:
        self.person = person

    def get_user_id(self) -> str:
        """The subject."""
        return self.person.subject


class S256Challenge(CodeChallenge):  # type: ignore[misc]
    """PKCE by S256: a challenge that is the secret itself protects nothing."""

    SUPPORTED_CODE_CHALLENGE_METHOD = (CHALLENGE_METHOD,)
    CODE_CHALLENGE_METHODS = {  # noqa: RUF012 - as Authlib has it
        CHALLENGE_METHOD: CodeChallenge.CODE_CHALLENGE_METHODS[CHALLENGE_METHOD]
    }

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Demand what RFC 7636 leaves open."""
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != CHALLENGE_METHOD:
            raise InvalidRequestError(f"code_challenge with method {CHALLENGE_METHOD} is required")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """A person's leave, changed for a token by a page that can keep no secret."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Note what is to be kept; the person lets nobody do what the person may not."""
        handler: AuthorizationRequestHandler = self.server
        if handler.person is None:
            raise InvalidRequestError("nobody is signed in")
        handler.issued = AuthorizationCode(
            id=hash_secret(code),
            client_id=request.client.get_client_id(),
            session_id=handler.person.id,
            redirect_uri=request.payload.redirect_uri,
            challenge=request.payload.data["code_challenge"],
            scopes=frozenset(request.scope.split()) & handler.person.scopes,
            until=handler.now + CODE_LIFETIME,
        )

    def query_authorization_code(self, _code: str, client: AuthlibClient) -> AuthlibCode | None:
        """The code that was taken for this request, where it is this client's."""
        consumed: AuthorizationCode | None = self.server.code
        is_own = consumed is not None and consumed.client_id == client.get_client_id()
        return AuthlibCode(consumed) if is_own and consumed is not None else None

    def delete_authorization_code(self, authorization_code: AuthlibCode) -> None:
        """It was taken from the store before it was looked at."""

    def authenticate_user(self, _code: AuthlibCode) -> AuthlibUser | None:
        """Whoever let it, while still signed in."""
        person = self.server.person
        return AuthlibUser(person) if person is not None else None


class CodeExchange(TokenExchange):
    """The token endpoint, for whom a code was taken; null where none counts."""

    def __init__(
        self, *token_settings: Any, code: AuthorizationCode | None, person: PersonSession | None
    ) -> None:
        super().__init__(*token_settings)
        self.code = code
        self.person = person
        self.register_grant(CodeGrant, [S256Challenge()])


class AuthorizationRequestHandler(AuthorizationServerBase):
    """One request at the authorization endpoint, of a person or of somebody not signed in yet."""

    def __init__(
        self, url: str, client: Client | None, person: PersonSession | None, now: datetime
    ) -> None:
        super().__init__(url, client, now)
        self.person = person
        self.issued: AuthorizationCode | None = None
        self.register_grant(CodeGrant, [S256Challenge()])

    def validate(self, request: Request, form: OAuthForm) -> tuple[AuthlibRequest, Any]:
        """The request, and the grant that will do as it asks; `OAuth2Error` where none will."""
        try:
            request = AuthlibRequest(self.url, request, form, "/oauth/authorize")
            grant = self.get_consent_grant(request)
            if set(form.resources) - {self.url}:
                raise InvalidTargetError(
                    f"the only resource here is {self.url}",
                    redirect_uri=grant.redirect_uri,
                    state=request.payload.state,
                )
        except OAuth2Error:
            raise
        except ValueError as error:  # what is wrong holds characters an error may not
            raise InvalidRequestError("a parameter will not do") from error
        return request, grant

    def create_response(self, request: AuthlibRequest, grant: Any, *, allowed: bool) -> str:
        """Where the person is sent back to; what is to be kept first is `issued`."""
        user = AuthlibUser(self.person) if allowed and self.person is not None else None
        _, _, headers = self.create_authorization_response(request, user, grant)
        return str(dict(headers)["Location"])

    def handle_response(self, status: int, body: Any, headers: Any) -> Any:
        """The parts of an answer."""
        return status, body, headers
