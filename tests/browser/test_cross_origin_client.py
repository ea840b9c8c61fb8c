"""A client page of another origin: it can sign people in and query if its origin is registered.

The hub, the page and the OpenID provider are three servers with different origins; the page is also
of another site (`localhost`, the hub is `127.0.0.1`).
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import FileResponse
from starlette.routing import Route

from hub.domain.identity.clients import ClientKind
from hub.store.database import Database, open_database
from hub.web.server import HubServer
from tests.browser.conftest import free_port
from tests.browser.page_loading import AXE
from tests.conftest import copy_database
from tests.web.auth.browser import add_login_issuer
from tests.web.auth.token_issuers import INSTALLED, SECRET, SKIP_REASON, Provider
from tests.web.auth.token_issuers import run_provider as running_provider
from tests.web.graphql.sample_endpoint import run_server
from tests.web.hub_instance import TOURISM, HubInstance

TIMEOUT = 15_000
TOURISM_OFFICER = {
    "subject": "demo:ministry:05:officer",
    "agency": {"code": "05"},
    "scopes": ["source:operate"],
}
INTERIOR_OFFICER = {
    "subject": "somsri",
    "agency": {"code": "15"},
    "scopes": ["source:operate"],
}


@dataclass
class Origins:
    """Base URLs: the hub, `page` (a registered origin), `other` (the same page, not registered)."""

    realm: HubInstance
    hub: str
    page: str
    other: str

    def client_page(self, origin: str) -> str:
        """Return the URL of the client page at an origin."""
        return f"{origin}/#hub={self.hub}&client=map"


async def client_page(_: Any) -> FileResponse:
    return FileResponse(Path(__file__).with_name("client_page.html"))


@asynccontextmanager
async def serve_at(port: int, app: Starlette) -> AsyncIterator[None]:
    """Serve an application at a port while the block runs."""

    async def close() -> None:
        """Do nothing."""

    async with run_server(HubServer(app, close), lifespan=False, port=port):
        yield


@pytest.fixture(scope="module")
def hub_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def provider(hub_port: int) -> Iterator[Provider | None]:
    if not INSTALLED:
        yield None
        return
    with running_provider(f"http://127.0.0.1:{hub_port}") as running:
        yield running


@pytest.fixture(scope="module")
async def people(template: str) -> AsyncIterator[Database]:
    async with open_database(
        await copy_database(template, "browser_cross_origin"), pool_size=5
    ) as database:
        yield database


@pytest.fixture(scope="module")
async def origins(
    people: Database,
    hub_port: int,
    provider: Provider | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Origins]:
    folder = tmp_path_factory.mktemp("cross_origin")
    (folder / "moi-sign-in").write_text(SECRET)
    port = free_port()
    hub = f"http://127.0.0.1:{hub_port}"
    page = f"http://localhost:{port}"
    realm = HubInstance(people, folder, public_url=hub, demo=True, secrets_dir=folder)
    await realm.add_client(
        "map",
        TOURISM,
        kind=ClientKind.PUBLIC,
        secrets=[],
        name="แผนที่ท่องเที่ยว",
        origins=[page],
        redirects=[f"{page}/"],
    )
    if provider is not None:
        await add_login_issuer(realm, provider)
    pages = Starlette(routes=[Route("/", client_page)])
    async with realm.http, serve_at(hub_port, realm.app), serve_at(port, pages):
        yield Origins(realm, hub, page, f"http://127.0.0.1:{port}")


@pytest.fixture
async def page(browser: Any) -> AsyncIterator[Any]:
    """A page in a new browser context."""
    context = await browser.new_context(locale="th-TH")
    page = await context.new_page()
    page.set_default_timeout(TIMEOUT)
    yield page
    await context.close()


async def open_client_page(page: Any, address: str) -> None:
    await page.goto(address)
    await page.wait_for_selector("body[data-ready]")


async def client_output(page: Any) -> Any:
    """Wait for the output of the client page and return it."""
    await page.wait_for_function("document.getElementById('output')?.textContent")
    return json.loads(await page.text_content("#output"))


async def test_page_of_registered_origin_signs_person_in_and_queries(
    page: Any, origins: Origins
) -> None:
    await open_client_page(page, origins.client_page(origins.page))
    assert (await page.evaluate("query()"))["data"] == {"viewer": None}
    await page.click("#enter")
    await page.click("#demo form button")
    assert "แผนที่ท่องเที่ยว" in await page.text_content("main")
    assert "ดูแลแหล่งข้อมูลของหน่วยงานตน" in await page.text_content("#scopes")
    await page.click("button[value=allow]")
    assert (await client_output(page))["data"]["viewer"] == TOURISM_OFFICER
    # The browser has the hub's session cookie, but it does not authenticate the client page.
    assert (await page.evaluate("query()"))["data"] == {"viewer": None}
    assert await page.evaluate("query({}, { credentials: 'include' })") == {"refused": "TypeError"}
    # Signing out at the hub revokes the client page's token.
    token = await page.evaluate("window.token")
    await page.goto(f"{origins.hub}/signin")
    await page.click("#person button")
    await open_client_page(page, origins.client_page(origins.page))
    answer = await page.evaluate(
        "query({ authorization: `Bearer ${TOKEN}` })".replace("TOKEN", f"'{token}'")
    )
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_denied_consent_returns_access_denied(page: Any, origins: Origins) -> None:
    await open_client_page(page, origins.client_page(origins.page))
    await page.click("#enter")
    await page.click("#demo form button")
    await page.click("button[value=deny]")
    assert await client_output(page) == {"error": "access_denied"}


@pytest.mark.skipif(not INSTALLED, reason=SKIP_REASON)
async def test_person_signs_in_with_openid_provider_of_agency(page: Any, origins: Origins) -> None:
    await open_client_page(page, origins.client_page(origins.page))
    await page.click("#enter")
    await page.click("#agencies a")
    await page.fill("input[name=login]", "somsri")
    await page.fill("input[name=password]", "x")
    await page.click("button[type=submit]")
    await page.click("button[type=submit]")  # the provider has a consent page as well
    assert "สมศรี ใจดี" in await page.text_content("main")
    await page.click("button[value=allow]")
    assert (await client_output(page))["data"]["viewer"] == INTERIOR_OFFICER
    cookies = await page.context.cookies(origins.hub)
    [cookie] = [one for one in cookies if one["name"] == "hub"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core: make npm")
async def test_axe_finds_no_violations_on_form_pages(page: Any, origins: Origins) -> None:
    await open_client_page(page, origins.client_page(origins.page))
    await page.click("#enter")
    await page.wait_for_selector("#demo")
    assert await axe_violations(page) == []
    await page.click("#demo form button")
    await page.wait_for_selector("button[value=allow]")
    assert await axe_violations(page) == []


async def axe_violations(page: Any) -> list[str]:
    """Return axe-core's violations of WCAG A and AA."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = await page.evaluate(
        "() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })"
        ".then(({ violations }) => violations.map((one) => one.id + one.nodes[0].html))"
    )
    return found


async def test_page_of_unregistered_origin_is_rejected(page: Any, origins: Origins) -> None:
    await open_client_page(page, origins.client_page(origins.other))
    assert await page.evaluate("query()") == {"refused": "TypeError"}
    assert await page.evaluate("query({ authorization: 'Bearer x' })") == {"refused": "TypeError"}
    await page.click("#enter")
    await page.wait_for_url(f"{origins.hub}/**")
    assert "ไม่สำเร็จ" in await page.text_content("h1")
    assert page.url.startswith(origins.hub)


async def test_page_header_shows_signed_in_person_and_signs_out(
    page: Any, origins: Origins
) -> None:
    await page.goto(f"{origins.hub}/query")
    await page.click("#person a")
    await page.click("#demo form button")
    await page.wait_for_url(f"{origins.hub}/query")
    await page.wait_for_selector("#person form")
    assert "กระทรวงการท่องเที่ยวและกีฬา" in await page.text_content("#person")
    assert await page.evaluate("document.cookie") == ""
    await page.click("#language")
    await page.wait_for_function(
        "document.querySelector('#person button').textContent === 'Sign out'"
    )
    await page.click("#person button")
    await page.wait_for_selector("#person a")
    assert page.url == f"{origins.hub}/query?lang=en"
