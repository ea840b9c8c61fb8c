"""A browser for tests: it stores cookies, parses forms and follows redirects."""

import re
from html import unescape
from typing import Any, Self
from urllib.parse import urljoin

import httpx2

from hub.domain.identity.clients import SignInSettings
from hub.domain.identity.viewer import Role
from tests.web.auth.token_issuers import Provider
from tests.web.hub_instance import INTERIOR, HubInstance

ROLES = {"hub-officer": Role.OFFICER, "hub-steward": Role.STEWARD}
SIGN_IN_SETTINGS = SignInSettings("buranakan", "moi-sign-in", "roles", ROLES)
VIEWER_QUERY = "{ viewer { subject agency { code } scopes } }"


class Browser:
    """The browser of one user, connected to one hub."""

    def __init__(self, instance: HubInstance) -> None:
        self.instance = instance
        self.origin = str(instance.http.base_url).rstrip("/")
        self.hub = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(instance.app), base_url=self.origin
        )
        self.provider_client = httpx2.AsyncClient()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hub.aclose()
        await self.provider_client.aclose()

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.hub.get(path, headers=headers)

    async def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx2.Response:
        sent = {"origin": self.origin, "sec-fetch-site": "same-origin", **headers}
        return await self.hub.post(path, data=fields, headers=sent)

    async def post_query(self, query: str = VIEWER_QUERY, **headers: str) -> httpx2.Response:
        return await self.hub.post("/graphql", json={"query": query}, headers=headers)

    async def viewer(self) -> Any:
        return (await self.post_query()).json()["data"]["viewer"]

    async def demo_login(self, agency: str, role: Role, to: str = "/") -> httpx2.Response:
        return await self.post("/signin/demo", {"agency": agency, "role": role.value, "next": to})

    async def session_cookie(self) -> str:
        return next(value for name, value in self.hub.cookies.items() if not name.endswith("t"))

    async def log_in_at_provider(self, account: str, agency: str = INTERIOR, to: str = "/") -> str:
        """Log in at the provider and return the callback URL that it redirects to."""
        login_response = await self.hub.get("/signin", params={"agency": agency, "next": to})
        assert login_response.status_code == 302, login_response.text
        address = login_response.headers["location"]
        for _ in range(12):
            answer = await self.provider_client.get(address)
            if answer.status_code == 200:
                action, fields = parse_form(answer.text)
                answer = await self.provider_client.post(
                    urljoin(address, action), data={**fields, "login": account, "password": "x"}
                )
            address = urljoin(address, answer.headers["location"])
            if address.startswith(self.origin):
                return address
        raise AssertionError(address)

    async def log_in(self, account: str, to: str = "/") -> httpx2.Response:
        """Log in at the provider and send the callback request to the hub."""
        return await self.hub.get(await self.log_in_at_provider(account, to=to))


def parse_form(page: str) -> tuple[str, dict[str, str]]:
    """Return the action and the hidden fields of the first form of a page."""
    found = re.search(r'<form[^>]*action="([^"]*)".*?</form>', page, re.DOTALL)
    assert found, page
    carried = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', found[0])
    return unescape(found[1]), {name: unescape(value) for name, value in carried}


async def add_login_issuer(instance: HubInstance, provider: Provider, **more: Any) -> None:
    """Configure a provider as the login issuer of the Ministry of Interior."""
    await instance.add_issuer(provider.url, provider.jwks_uri, sign_in=SIGN_IN_SETTINGS, **more)
