"""Client credentials and access tokens with Authlib: RFC 6749 (4.4), RFC 7523, 8707 and 9068."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientMixin,
    InvalidClientError,
    InvalidRequestError,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from joserfc.jwk import JWKRegistry, KeySet
from starlette.requests import Request

from hub.domain.identity.clients import Client, ClientKind, Jwk, UsedAssertion
from hub.domain.record import record
from hub.web.auth.backend import LEEWAY
from hub.web.auth.jwt import InvalidToken, parse_key_set, parse_token, verify_signature
from hub.web.auth.oauth_errors import OAuthAnswer, describe_error
from hub.web.errors import RequestRejected
from hub.web.request_body import read_body

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ACCESS_TOKEN_LIFETIME: Final = 600
"""Seconds until an access token expires."""
MAX_ASSERTION_LIFETIME: Final = 600
"""Seconds until an assertion may expire; its `jti` is stored that long."""
FORM_MEDIA_TYPE: Final = "application/x-www-form-urlencoded"
MAX_FIELDS: Final = 20
MAX_FORM_BYTES: Final = 32_768


class InvalidTargetError(OAuth2Error):  # type: ignore[misc]
    """The requested resource is not this hub (RFC 8707, section 2)."""

    error = "invalid_target"


@record
class OAuthForm:
    """The fields of an OAuth request, each once; `resource` may be repeated."""

    fields: Mapping[str, str]
    resources: tuple[str, ...]

    @classmethod
    async def parse(cls, request: Request) -> "OAuthForm":
        """Return the form of a request; `RequestRejected` if its method, type or size is wrong."""
        if request.method != "POST":
            raise RequestRejected(405, "ใช้ POST", "use POST", Allow="POST")
        text = await read_body(request, FORM_MEDIA_TYPE, MAX_FORM_BYTES)
        return cls.from_pairs(parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True))

    @classmethod
    def from_pairs(cls, pairs: Sequence[tuple[str, str]]) -> "OAuthForm":
        """Return the form of name and value pairs; `InvalidRequestError` if a name is repeated."""
        names = [name for name, _ in pairs if name != "resource"]
        if len(pairs) > MAX_FIELDS or len(set(names)) != len(names):
            raise InvalidRequestError("a parameter is repeated, or there are too many")
        return cls(
            {name: value for name, value in pairs if value and name != "resource"},
            tuple(value for name, value in pairs if name == "resource"),
        )

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return the fields as pairs, to be sent again."""
        return [*self.fields.items(), *(("resource", value) for value in self.resources)]


class AuthlibClient(ClientMixin):  # type: ignore[misc]
    """A client with the interface that Authlib expects."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get_client_id(self) -> str:
        """Return the client id."""
        return self.client.id

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the requested scope, by default all of the client's; None if it is not allowed."""
        requested = scope.split() if scope else sorted(self.client.scopes)
        return " ".join(requested) if self.client.scopes.issuperset(requested) else None

    def get_default_redirect_uri(self) -> None:
        """Return None: each request must contain a redirect URI."""

    def check_redirect_uri(self, uri: str) -> bool:
        """Return whether the URI equals a registered one exactly."""
        return uri in self.client.redirects

    def check_response_type(self, kind: str) -> bool:
        """Return whether the client may request a code: only public clients act for people."""
        return kind == "code" and self.client.kind is ClientKind.PUBLIC

    def check_client_secret(self, secret: str) -> bool:
        """Return whether the secret is one of the client's."""
        return self.client.has_secret(secret)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Return whether the method is the client's: none if public, keys if it has any."""
        if self.client.kind is ClientKind.PUBLIC or method == "none":
            return self.client.kind is ClientKind.PUBLIC and method == "none"
        return (method == "private_key_jwt") == bool(self.client.keys)

    def check_grant_type(self, grant_type: str) -> bool:
        """Return whether the grant is the client's: codes for public clients, else credentials."""
        public = self.client.kind is ClientKind.PUBLIC
        return grant_type == ("authorization_code" if public else "client_credentials")


class ClientCredentials(ClientCredentialsGrant):  # type: ignore[misc]
    """The client credentials grant, with all methods of client authentication."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("private_key_jwt", "client_secret_basic", "client_secret_post")


class AuthlibRequest(OAuth2Request):  # type: ignore[misc]
    """A request with the interface that Authlib expects, under the public URL of the hub."""

    def __init__(
        self, url: str, request: Request, form: OAuthForm, path: str = "/oauth/token"
    ) -> None:
        super().__init__(request.method, f"{url}{path}", headers=dict(request.headers))
        header = request.headers.get("authorization")
        self.headers = {"Authorization": header} if header else {}
        self.fields = dict(form.fields)
        self.payload = BasicOAuth2Payload(self.fields)

    @property
    def form(self) -> dict[str, str]:
        """Return the fields."""
        return self.fields


class ClientAssertionAuth(JWTBearerClientAssertion):  # type: ignore[misc]
    """`private_key_jwt` (RFC 7523), with our own verification of tokens."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, exchange: "TokenExchange") -> None:
        super().__init__(leeway=LEEWAY)
        self.exchange = exchange

    def get_audiences(self) -> list[str]:
        """Return the accepted audiences: the hub as issuer, or its token endpoint."""
        return [self.exchange.url, f"{self.exchange.url}/oauth/token"]

    def resolve_client_public_key(self, client: AuthlibClient) -> KeySet:
        """Return the registered keys of the client."""
        return parse_key_set({"keys": list(client.client.keys)})

    def process_assertion_claims(self, assertion: str, resolve_key: KeySet) -> Any:
        """Return the claims of an assertion; `InvalidClientError` if its signature is invalid."""
        try:
            token = parse_token(assertion)
            verify_signature(token, resolve_key)
        except InvalidToken as error:
            raise InvalidClientError(f"client_assertion: {error}") from error
        claims = dict(token.claims)
        self.verify_claims(claims)
        return claims

    def validate_jti(self, claims: Mapping[str, Any], jti: Any) -> bool:
        """Return true if the `jti` can be stored; whether it was used before is checked last."""
        left = claims["exp"] - self.exchange.now.timestamp()
        if not isinstance(jti, str) or not 0 < len(jti) <= 255 or "\0" in jti:
            raise InvalidClientError("jti must be a string of 1 to 255 characters")
        if left > MAX_ASSERTION_LIFETIME + LEEWAY:
            raise InvalidClientError(f"exp is more than {MAX_ASSERTION_LIFETIME} seconds ahead")
        until = datetime.fromtimestamp(claims["exp"], UTC) + timedelta(seconds=2 * LEEWAY)
        self.exchange.used_assertion = UsedAssertion(claims["sub"], jti, until)
        return True


class AccessTokenGenerator(JWTBearerTokenGenerator):  # type: ignore[misc]
    """Generates access tokens of RFC 9068 for this hub."""

    def __init__(self, exchange: "TokenExchange") -> None:
        super().__init__(exchange.url, "ES256", expires_generator=ACCESS_TOKEN_LIFETIME)
        self.exchange = exchange

    def get_jwks(self) -> KeySet:
        """Return the node's key in a set, so that the token header contains its `kid`."""
        return KeySet([JWKRegistry.import_key(dict(self.exchange.key))])

    def get_audiences(self, _client: AuthlibClient, _user: Any, _scope: str) -> str:
        """Return the hub as the audience."""
        return self.exchange.url

    def get_jti(self, *_: Any) -> str:
        """Return the id of the token."""
        return self.exchange.token_id

    def get_extra_claims(
        self, _client: AuthlibClient, _grant_type: str, user: Any, _scope: str
    ) -> dict[str, Any]:
        """Return the times by the hub's clock, and the session that a person's token depends on."""
        now = int(self.exchange.now.timestamp())
        times = {"iat": now, "exp": now + ACCESS_TOKEN_LIFETIME}
        return times if user is None else {**times, "sid": user.person.id}


class AuthorizationServerBase(AuthorizationServer):  # type: ignore[misc]
    """One request at an OAuth endpoint; `client` is the enabled client that it names, or None."""

    def __init__(self, url: str, client: Client | None, now: datetime) -> None:
        super().__init__()
        self.url = url
        self.client = client
        self.now = now

    def query_client(self, client_id: str) -> AuthlibClient | None:
        """Return the client if its id is this one."""
        client = self.client
        return AuthlibClient(client) if client is not None and client.id == client_id else None

    def save_token(self, token: Any, request: Any) -> None:
        """Do nothing: tokens are not stored, they are verified against the registry at each use."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Do nothing: there are no signal receivers."""

    def create_oauth2_request(self, request: AuthlibRequest) -> AuthlibRequest:
        """Return the request unchanged: it is converted already."""
        return request


class TokenExchange(AuthorizationServerBase):
    """One request at the token endpoint; `token_id` is the `jti` of the token that it may get."""

    def __init__(
        self, url: str, client: Client | None, now: datetime, key: Jwk, token_id: str
    ) -> None:
        super().__init__(url, client, now)
        self.key = key
        self.token_id = token_id
        self.used_assertion: UsedAssertion | None = None
        self.register_grant(ClientCredentials)
        self.register_client_auth_method("private_key_jwt", ClientAssertionAuth(self))
        self.register_token_generator("default", AccessTokenGenerator(self).generate)

    def respond(self, request: Request, form: OAuthForm) -> OAuthAnswer:
        """Return the status, body and headers of the response."""
        try:
            if set(form.resources) - {self.url}:
                raise InvalidTargetError(f"the only resource here is {self.url}")
            oauth_request = AuthlibRequest(self.url, request, form)
        except OAuth2Error as error:
            return describe_error(error)
        answer: OAuthAnswer = self.create_token_response(oauth_request)
        return answer

    def handle_response(self, status: int, body: Any, _headers: Any) -> OAuthAnswer:
        """Return the status and body without Authlib's headers; the endpoint sets its own."""
        return status, body, {}

    def handle_error_response(self, _request: Any, error: OAuth2Error) -> OAuthAnswer:
        """Return the response of a rejected request."""
        return describe_error(error)
