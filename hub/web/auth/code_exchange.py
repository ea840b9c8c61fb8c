"""Authorization codes for public clients with Authlib: RFC 6749 section 4.1, RFC 7636.

A code requires an S256 challenge, can be used once within a minute, and is bound to the client, the
redirect URI and the challenge. Authlib is synchronous: records are fetched from the database before
it runs, and what it creates is stored afterwards.
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
    """An authorization code with the interface that Authlib expects."""

    code_challenge_method = CHALLENGE_METHOD

    def __init__(self, code: AuthorizationCode) -> None:
        self.code = code
        self.code_challenge = code.challenge

    def get_redirect_uri(self) -> str:
        """Return the redirect URI that the code was sent to."""
        return self.code.redirect_uri

    def get_scope(self) -> str:
        """Return the scopes that the person allowed."""
        return " ".join(sorted(self.code.scopes))


class AuthlibUser:
    """The person of a token with the interface that Authlib expects."""

    def __init__(self, person: PersonSession) -> None:
        self.person = person

    def get_user_id(self) -> str:
        """Return the subject."""
        return self.person.subject


class S256Challenge(CodeChallenge):  # type: ignore[misc]
    """PKCE with S256 only: the `plain` challenge is the verifier itself and protects nothing."""

    SUPPORTED_CODE_CHALLENGE_METHOD = (CHALLENGE_METHOD,)
    CODE_CHALLENGE_METHODS = {  # noqa: RUF012 - as in Authlib
        CHALLENGE_METHOD: CodeChallenge.CODE_CHALLENGE_METHODS[CHALLENGE_METHOD]
    }

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Require a challenge, which RFC 7636 leaves optional."""
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != CHALLENGE_METHOD:
            raise InvalidRequestError(f"code_challenge with method {CHALLENGE_METHOD} is required")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """The authorization code grant, for pages that cannot keep a secret."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Set the code to be stored; its scopes are limited to those of the person."""
        handler: AuthorizationRequestHandler = self.server
        if handler.person is None:
            raise InvalidRequestError("no person is signed in")
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
        """Return the code of this request if it was issued to this client."""
        consumed: AuthorizationCode | None = self.server.code
        is_own = consumed is not None and consumed.client_id == client.get_client_id()
        return AuthlibCode(consumed) if is_own and consumed is not None else None

    def delete_authorization_code(self, authorization_code: AuthlibCode) -> None:
        """Do nothing: the code was consumed when it was fetched."""

    def authenticate_user(self, _code: AuthlibCode) -> AuthlibUser | None:
        """Return the person who allowed the code, if still signed in."""
        person = self.server.person
        return AuthlibUser(person) if person is not None else None


class CodeExchange(TokenExchange):
    """One token request with the code it consumed and its person; None if the code is invalid."""

    def __init__(
        self, *token_settings: Any, code: AuthorizationCode | None, person: PersonSession | None
    ) -> None:
        super().__init__(*token_settings)
        self.code = code
        self.person = person
        self.register_grant(CodeGrant, [S256Challenge()])


class AuthorizationRequestHandler(AuthorizationServerBase):
    """One authorization request, of a person or of a browser that is not signed in yet."""

    def __init__(
        self, url: str, client: Client | None, person: PersonSession | None, now: datetime
    ) -> None:
        super().__init__(url, client, now)
        self.person = person
        self.issued: AuthorizationCode | None = None
        self.register_grant(CodeGrant, [S256Challenge()])

    def validate(self, request: Request, form: OAuthForm) -> tuple[AuthlibRequest, Any]:
        """Return the parsed request and its grant; `OAuth2Error` if the request is invalid."""
        try:
            oauth_request = AuthlibRequest(self.url, request, form, "/oauth/authorize")
            grant = self.get_consent_grant(oauth_request)
            if set(form.resources) - {self.url}:
                raise InvalidTargetError(
                    f"the only resource here is {self.url}",
                    redirect_uri=grant.redirect_uri,
                    state=oauth_request.payload.state,
                )
        except OAuth2Error:
            raise
        except ValueError as error:  # its message has characters that errors may not contain
            raise InvalidRequestError("a parameter is invalid") from error
        return oauth_request, grant

    def create_response(self, request: AuthlibRequest, grant: Any, *, allowed: bool) -> str:
        """Return the URL to redirect the person to.

        If a code was created it is in `self.issued`: store it before redirecting.
        """
        user = AuthlibUser(self.person) if allowed and self.person is not None else None
        _, _, headers = self.create_authorization_response(request, user, grant)
        return str(dict(headers)["Location"])

    def handle_response(self, status: int, body: Any, headers: Any) -> Any:
        """Return the parts of a response unchanged."""
        return status, body, headers
