"""Metadata documents for clients: authorization server (RFC 8414) and resource (RFC 9728)."""

from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.domain.identity.clients import GRANTABLE_SCOPES
from hub.web.auth.jwt import ALGORITHMS

RESOURCE_METADATA_PATH: Final = "/.well-known/oauth-protected-resource"
SERVER_METADATA_PATH: Final = "/.well-known/oauth-authorization-server"
CODE_GRANT: Final = "authorization_code"
CHALLENGE_METHOD: Final = "S256"
CLIENT_METHODS: Final = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
METADATA_HEADERS: Final = {
    "Cache-Control": "public, max-age=300",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Allow-Origin": "*",
}


class Metadata:
    """Both documents; `url` is the public origin of the hub."""

    def __init__(self, url: str) -> None:
        self._url = url

    def routes(self) -> list[Route]:
        """Return the routes of both documents; they need no database."""
        return [
            Route(SERVER_METADATA_PATH, self.authorization_server),
            Route(RESOURCE_METADATA_PATH, self.protected_resource),
        ]

    async def authorization_server(self, _: Request) -> Response:
        """Return the metadata of the hub's own authorization server."""
        return metadata_response(
            {
                "issuer": self._url,
                "authorization_endpoint": f"{self._url}/oauth/authorize",
                "token_endpoint": f"{self._url}/oauth/token",
                "jwks_uri": f"{self._url}/oauth/jwks",
                "scopes_supported": sorted(GRANTABLE_SCOPES),
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": [CODE_GRANT, "client_credentials"],
                "code_challenge_methods_supported": [CHALLENGE_METHOD],
                "authorization_response_iss_parameter_supported": True,
                "token_endpoint_auth_methods_supported": list(CLIENT_METHODS),
                "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
                "ui_locales_supported": ["th", "en"],
                "protected_resources": [self._url],
            }
        )

    async def protected_resource(self, _: Request) -> Response:
        """Return which server issues tokens for the hub; agencies' own servers are not listed."""
        return metadata_response(
            {
                "resource": self._url,
                "authorization_servers": [self._url],
                "scopes_supported": sorted(GRANTABLE_SCOPES),
                "bearer_methods_supported": ["header"],
                "resource_name": "บูรณาการ · Buranakan",
            }
        )


def metadata_response(content: dict[str, Any]) -> Response:
    """Return public JSON that may be cached for five minutes."""
    return Response(orjson.dumps(content), 200, METADATA_HEADERS, "application/json")
