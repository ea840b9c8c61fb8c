"""One token request, as Authlib looks at it: RFC 6749 section 4.4, RFC 7523, 8707 and 9068."""

import re
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
from hub.web.errors import RequestRejected
from hub.web.request_body import read_body

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ACCESS_TOKEN_LIFETIME: Final = 600
"""Seconds an access token lives."""
MAX_ASSERTION_LIFETIME: Final = 600
"""Seconds an assertion may live: so long is its `jti` remembered."""
FORM_MEDIA_TYPE: Final = "application/x-www-form-urlencoded"
MAX_FIELDS: Final = 20
MAX_FORM_BYTES: Final = 32_768
THAI_MESSAGES: Final = {
    "invalid_client": "ยืนยันตัวตนของไคลเอนต์ไม่ได้ ตรวจชื่อ รหัสลับ หรือกุญแจ",
    "invalid_request": "คำขอไม่ถูกต้อง",
    "invalid_scope": "ขอสิทธิ์ที่ไคลเอนต์นี้ไม่ได้รับ",
    "invalid_target": "ไม่รู้จักทรัพยากรที่ขอ (resource)",
    "unauthorized_client": "ไคลเอนต์นี้ใช้วิธีนี้ไม่ได้",
    "invalid_grant": "รหัสแลกโทเค็นใช้ไม่ได้ หมดเวลา หรือใช้ไปแล้ว ให้ลงชื่อเข้าใช้ใหม่",
    "unsupported_grant_type": "ใช้ได้เฉพาะ client_credentials และ authorization_code",
    "unsupported_response_type": "ใช้ได้เฉพาะ response_type=code",
    "insecure_transport": "ตั้ง HUB_PUBLIC_URL เป็น https ก่อน รหัสลับจะไม่รั่วระหว่างทาง",
}
FORBIDDEN_CHARACTERS: Final = re.compile(r"[^ !#-\[\]-~]")
"""What `error_description` may not hold, by RFC 6749 section 5.2."""
OAuthAnswer = tuple[int, Any, dict[str, str]]


class InvalidTargetError(OAuth2Error):  # type: ignore[misc]
    """The resource asked for is not this hub (RFC 8707 section 2)."""

    error = "invalid_target"


@record
class OAuthForm:
    """The fields of a token request, each of them once; `resource` may come several times."""

    fields: Mapping[str, str]
    resources: tuple[str, ...]

    @classmethod
    async def parse(cls, request: Request) -> "OAuthForm":
        """The form of a request; `Refused` where it is none, or not within its bounds."""
        if request.method != "POST":
            raise RequestRejected(405, "ใช้ POST", "use POST", Allow="POST")
        text = await read_body(request, FORM_MEDIA_TYPE, MAX_FORM_BYTES)
        return cls.from_pairs(parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True))

    @classmethod
    def from_pairs(cls, pairs: Sequence[tuple[str, str]]) -> "OAuthForm":
        """The form of what was sent, wherever it came in."""
        names = [name for name, _ in pairs if name != "resource"]
        if len(pairs) > MAX_FIELDS or len(set(names)) != len(names):
            raise InvalidRequestError("a parameter stands twice, or there are too many")
        return cls(
            {name: value for name, value in pairs if value and name != "resource"},
            tuple(value for name, value in pairs if name == "resource"),
        )

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What was sent, to be sent again."""
        return [*self.fields.items(), *(("resource", value) for value in self.resources)]


class AuthlibClient(ClientMixin):  # type: ignore[misc]
    """A client, as Authlib asks of it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get_client_id(self) -> str:
        """Its id."""
        return self.client.id

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """All it has where it does not say; null where it wants what it has not."""
        requested = scope.split() if scope else sorted(self.client.scopes)
        return " ".join(requested) if self.client.scopes.issuperset(requested) else None

    def get_default_redirect_uri(self) -> None:
        """It says where a person is to be sent back to, each time."""

    def check_redirect_uri(self, uri: str) -> bool:
        """Whether it is one of its addresses, letter by letter."""
        return uri in self.client.redirects

    def check_response_type(self, kind: str) -> bool:
        """A page gets codes; a system has nobody to ask."""
        return kind == "code" and self.client.kind is ClientKind.PUBLIC

    def check_client_secret(self, secret: str) -> bool:
        """Whether it is one of its secrets."""
        return self.client.has_secret(secret)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """A page proves nothing, a client with keys itself by them alone, another by its secret."""
        if self.client.kind is ClientKind.PUBLIC or method == "none":
            return self.client.kind is ClientKind.PUBLIC and method == "none"
        return (method == "private_key_jwt") == bool(self.client.keys)

    def check_grant_type(self, grant_type: str) -> bool:
        """One for systems, one for pages."""
        public = self.client.kind is ClientKind.PUBLIC
        return grant_type == ("authorization_code" if public else "client_credentials")


class ClientCredentials(ClientCredentialsGrant):  # type: ignore[misc]
    """Client credentials, with every way to prove who asks."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("private_key_jwt", "client_secret_basic", "client_secret_post")


class AuthlibRequest(OAuth2Request):  # type: ignore[misc]
    """A request as Authlib reads it, under the address the hub is known by."""

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
        """The fields."""
        return self.fields


class ClientAssertionAuth(JWTBearerClientAssertion):  # type: ignore[misc]
    """`private_key_jwt`: RFC 7523, with our reading of signed tokens."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, exchange: "TokenExchange") -> None:
        super().__init__(leeway=LEEWAY)
        self.exchange = exchange

    def get_audiences(self) -> list[str]:
        """The hub, by its name as issuer or by its token endpoint."""
        return [self.exchange.url, f"{self.exchange.url}/oauth/token"]

    def resolve_client_public_key(self, client: AuthlibClient) -> KeySet:
        """The keys of the registration."""
        return parse_key_set({"keys": list(client.client.keys)})

    def process_assertion_claims(self, assertion: str, resolve_key: KeySet) -> Any:
        """The claims of an assertion that one of these keys signed for us."""
        try:
            token = parse_token(assertion, ())
            verify_signature(token, resolve_key)
        except InvalidToken as error:
            raise InvalidClientError(f"client_assertion: {error}") from error
        claims = dict(token.claims)
        self.verify_claims(claims)
        return claims

    def validate_jti(self, claims: Mapping[str, Any], jti: Any) -> bool:
        """Whether it can be remembered; whether it is new is asked once all else is right."""
        left = claims["exp"] - self.exchange.now.timestamp()
        if not isinstance(jti, str) or not 0 < len(jti) <= 255 or "\0" in jti:
            raise InvalidClientError("jti is no text of 255 characters at most")
        if left > MAX_ASSERTION_LIFETIME + LEEWAY:
            raise InvalidClientError(f"exp is more than {MAX_ASSERTION_LIFETIME} seconds ahead")
        until = datetime.fromtimestamp(claims["exp"], UTC) + timedelta(seconds=2 * LEEWAY)
        self.exchange.used_assertion = UsedAssertion(claims["sub"], jti, until)
        return True


class AccessTokenGenerator(JWTBearerTokenGenerator):  # type: ignore[misc]
    """Access tokens of RFC 9068 for this hub."""

    def __init__(self, exchange: "TokenExchange") -> None:
        super().__init__(exchange.url, "ES256", expires_generator=ACCESS_TOKEN_LIFETIME)
        self.exchange = exchange

    def get_jwks(self) -> KeySet:
        """The node's key, in a set, so that the token names it."""
        return KeySet([JWKRegistry.import_key(dict(self.exchange.key))])

    def get_audiences(self, _client: AuthlibClient, _user: Any, _scope: str) -> str:
        """The hub."""
        return self.exchange.url

    def get_extra_claims(
        self, _client: AuthlibClient, _grant_type: str, user: Any, _scope: str
    ) -> dict[str, Any]:
        """The times, by the hub's clock; and the session without which a person's token is none."""
        now = int(self.exchange.now.timestamp())
        times = {"iat": now, "exp": now + ACCESS_TOKEN_LIFETIME}
        return times if user is None else {**times, "sid": user.person.id}


class AuthorizationServerBase(AuthorizationServer):  # type: ignore[misc]
    """One request at an endpoint; `client` is whose it says it is, where that one counts."""

    def __init__(self, url: str, client: Client | None, now: datetime) -> None:
        super().__init__()
        self.url = url
        self.client = client
        self.now = now

    def query_client(self, client_id: str) -> AuthlibClient | None:
        """The client, where it is this one."""
        client = self.client
        return AuthlibClient(client) if client is not None and client.id == client_id else None

    def save_token(self, token: Any, request: Any) -> None:
        """A token is kept nowhere: it says everything itself, and the register is asked again."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: AuthlibRequest) -> AuthlibRequest:
        """It is one already."""
        return request


class TokenExchange(AuthorizationServerBase):
    """One request at the token endpoint."""

    def __init__(self, url: str, client: Client | None, now: datetime, key: Jwk) -> None:
        super().__init__(url, client, now)
        self.key = key
        self.used_assertion: UsedAssertion | None = None
        self.register_grant(ClientCredentials)
        self.register_client_auth_method("private_key_jwt", ClientAssertionAuth(self))
        self.register_token_generator("default", AccessTokenGenerator(self).generate)

    def respond(self, request: Request, form: OAuthForm) -> OAuthAnswer:
        """Status, content and headers."""
        try:
            if set(form.resources) - {self.url}:
                raise InvalidTargetError(f"the only resource here is {self.url}")
            oauth_request = AuthlibRequest(self.url, request, form)
        except OAuth2Error as error:
            return describe_error(error)
        answer: OAuthAnswer = self.create_token_response(oauth_request)
        return answer

    def handle_response(self, status: int, body: Any, _headers: Any) -> OAuthAnswer:
        """The parts of an answer; ours are its headers."""
        return status, body, {}

    def handle_error_response(self, _request: Any, error: OAuth2Error) -> OAuthAnswer:
        """The answer to a request that is refused."""
        return describe_error(error)


def describe_error(error: OAuth2Error) -> OAuthAnswer:
    """An error as RFC 6749 section 5.2 has it, and a `message` a person can read.

    `error_description` may hold ASCII alone; and which half of a client's proof was wrong, its id
    or its secret, is nobody's business.
    """
    name = str(error.error)
    headers = {}
    status = 400
    english = FORBIDDEN_CHARACTERS.sub("?", error.get_error_description() or name)[:300]
    if name == "invalid_client":
        status, headers = 401, {"WWW-Authenticate": 'Basic realm="hub"'}
        if "does not exist" in english or "cannot authenticate" in english:
            english = "the client is unknown, disabled, or did not prove who it is"
    body = {
        "error": name,
        "error_description": english,
        "message": f"{THAI_MESSAGES.get(name, 'คำขอไม่ถูกต้อง')} · {english}",
    }
    return status, body, headers
