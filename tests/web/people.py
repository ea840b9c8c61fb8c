"""A person with a browser: cookies kept, forms read off the pages, redirects followed."""

import re
from html import unescape
from typing import Any, Self
from urllib.parse import urljoin

import httpx2

from hub.domain.identity.clients import SignInSettings
from hub.domain.identity.viewer import Role
from tests.web.access import INTERIOR, Realm
from tests.web.parties import Provider

ROLES = {"hub-officer": Role.OFFICER, "hub-steward": Role.STEWARD}
SIGNING = SignInSettings("buranakan", "moi-sign-in", "roles", ROLES)
WHO = "{ viewer { subject agency { code } scopes } }"


class Browser:
    """One person's browser before one node."""

    def __init__(self, realm: Realm) -> None:
        self.realm = realm
        self.origin = str(realm.http.base_url).rstrip("/")
        self.hub = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(realm.app), base_url=self.origin
        )
        self.outside = httpx2.AsyncClient()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hub.aclose()
        await self.outside.aclose()

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.hub.get(path, headers=headers)

    async def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx2.Response:
        sent = {"origin": self.origin, "sec-fetch-site": "same-origin", **headers}
        return await self.hub.post(path, data=fields, headers=sent)

    async def ask(self, query: str = WHO, **headers: str) -> httpx2.Response:
        return await self.hub.post("/graphql", json={"query": query}, headers=headers)

    async def viewer(self) -> Any:
        return (await self.ask()).json()["data"]["viewer"]

    async def demo(self, agency: str, role: Role, to: str = "/") -> httpx2.Response:
        return await self.post("/signin/demo", {"agency": agency, "role": role.value, "next": to})

    async def cookie(self) -> str:
        return next(value for name, value in self.hub.cookies.items() if not name.endswith("t"))

    async def at_provider(self, account: str, agency: str = INTERIOR, to: str = "/") -> str:
        """The address that the provider sends back to, once the person signed in there."""
        begun = await self.hub.get("/signin", params={"agency": agency, "next": to})
        assert begun.status_code == 302, begun.text
        address = begun.headers["location"]
        for _ in range(12):
            answer = await self.outside.get(address)
            if answer.status_code == 200:
                action, fields = form_of(answer.text)
                answer = await self.outside.post(
                    urljoin(address, action), data={**fields, "login": account, "password": "x"}
                )
            address = urljoin(address, answer.headers["location"])
            if address.startswith(self.origin):
                return address
        raise AssertionError(address)

    async def sign_in(self, account: str, to: str = "/") -> httpx2.Response:
        """Come back from the provider."""
        return await self.hub.get(await self.at_provider(account, to=to))


def form_of(page: str) -> tuple[str, dict[str, str]]:
    """The first form's action, and the fields it carries."""
    found = re.search(r'<form[^>]*action="([^"]*)".*?</form>', page, re.DOTALL)
    assert found, page
    carried = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', found[0])
    return unescape(found[1]), {name: unescape(value) for name, value in carried}


async def trust_people(realm: Realm, provider: Provider, **more: Any) -> None:
    """Let the Ministry of Interior's people sign in at a provider."""
    await realm.add_issuer(provider.url, provider.jwks_uri, sign_in=SIGNING, **more)
