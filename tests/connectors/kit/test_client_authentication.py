"""How the hub sends its secret to token endpoints that accept one way only."""

import base64
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import orjson
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connectors.kit.limits import FetchLimits
from connectors.kit.oauth import TokenCache
from hub.domain.sources.spec import AuthMethod, AuthSpec, ClientAuthentication, parse_source_spec
from hub.errors import Invalid, SourceCredentialsRejected
from tests.sandbox.sandbox_source import build_declaration, serve_app

SECRETS = ["simple", "with+plus&and=equals %41", "รหัสลับ"]


class TokenEndpoint:
    """A token endpoint that accepts the secret in the body only, or in the header only."""

    def __init__(self, method: ClientAuthentication, secret: str) -> None:
        self.method = method
        self.secret = secret
        self.requests: list[tuple[bool, bool]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        form = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
        header = request.headers.get("authorization", "")
        self.requests.append((bool(header), "client_secret" in form))
        if self.method is ClientAuthentication.POST:
            sent = form.get("client_id"), form.get("client_secret")
            accepted = sent == ("hub", self.secret) and not header
        else:
            parts = base64.b64decode(header.removeprefix("Basic ")).decode().split(":", 1)
            accepted = [unquote_plus(p) for p in parts] == ["hub", self.secret] or parts == [
                "hub",
                self.secret,
            ]
            accepted = accepted and "client_secret" not in form
        content = (
            {"access_token": "abc", "token_type": "Bearer"}
            if accepted
            else {"error": "invalid_client"}
        )
        response = Response(orjson.dumps(content), 200 if accepted else 401)
        response.headers["content-type"] = "application/json"
        await response(scope, receive, send)


@pytest.fixture(params=SECRETS)
def secret(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def request_token(endpoint: TokenEndpoint, method: ClientAuthentication) -> str:
    with serve_app(endpoint) as address:
        auth = AuthSpec(AuthMethod.OAUTH, None, "s", "hub", f"{address}/token", None, None, method)
        tokens = TokenCache(limits=FetchLimits(max_attempts=1))
        credentials = tokens.create_credentials("f", address, auth, lambda _: endpoint.secret)
        return (await tokens.get_token(credentials)).value


async def test_secret_is_sent_in_the_body_and_nowhere_else(secret: str) -> None:
    endpoint = TokenEndpoint(ClientAuthentication.POST, secret)
    assert await request_token(endpoint, ClientAuthentication.POST) == "abc"
    assert endpoint.requests == [(False, True)]


async def test_secret_is_sent_in_the_header_by_default() -> None:
    endpoint = TokenEndpoint(ClientAuthentication.BASIC, "simple")
    assert await request_token(endpoint, ClientAuthentication.BASIC) == "abc"
    assert endpoint.requests == [(True, False)]


@pytest.mark.parametrize("accepted", ClientAuthentication)
async def test_other_way_is_rejected_and_not_tried_by_itself(
    accepted: ClientAuthentication,
) -> None:
    """A secret in the body may be logged by servers that expect it in the header."""
    endpoint = TokenEndpoint(accepted, "simple")
    [other] = set(ClientAuthentication) - {accepted}
    with pytest.raises(SourceCredentialsRejected, match="invalid_client") as rejected:
        await request_token(endpoint, other)
    assert "simple" not in str(rejected.value)
    assert len(endpoint.requests) == 1


def declaration(**auth: Any) -> dict[str, Any]:
    table = build_declaration("ministry", "http://127.0.0.1:9")
    return {**table, "auth": {**table["auth"], **auth}}


@pytest.mark.parametrize(
    ("auth", "method"),
    [
        ({}, ClientAuthentication.BASIC),
        ({"token_endpoint_auth_method": "client_secret_basic"}, ClientAuthentication.BASIC),
        ({"token_endpoint_auth_method": "client_secret_post"}, ClientAuthentication.POST),
    ],
)
def test_method_is_declared_in_the_source(
    auth: dict[str, Any], method: ClientAuthentication
) -> None:
    spec = parse_source_spec("ministry", declaration(**auth), "digest")
    assert spec.auth.token_endpoint_auth_method is method


@pytest.mark.parametrize("method", ["private_key_jwt", "POST", "", 1, "none"])
def test_method_that_is_not_supported_is_named_with_the_choices(method: Any) -> None:
    with pytest.raises(Invalid, match=r"auth\.token_endpoint_auth_method.*client_secret_post"):
        parse_source_spec("ministry", declaration(token_endpoint_auth_method=method), "digest")
