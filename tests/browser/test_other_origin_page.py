"""A page of another, registered origin signs people in and asks; one that is not is refused.

The hub, the page and the OpenID provider are three servers of three origins; the page's is of
another site besides (`localhost` before `127.0.0.1`).
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
from tests.browser.page_visitor import AXE
from tests.conftest import copy_database
from tests.web.auth.browser import add_login_issuer
from tests.web.auth.token_issuers import INSTALLED, SECRET, SKIP_REASON, Provider
from tests.web.auth.token_issuers import run_provider as running_provider
from tests.web.graphql.sample_endpoint import run_server
from tests.web.hub_instance import TOURISM, HubInstance

WITHIN = 15_000
OF_TOURISM = {
    "subject": "demo:ministry:05:officer",
    "agency": {"code": "05"},
    "scopes": ["source:operate"],
}
OF_INTERIOR = {"subject": "somsri", "agency": {"code": "15"}, "scopes": ["source:operate"]}


@dataclass
class Addresses:
    """Where everything is; `page` is registered, `other` the same page at an origin that is not."""

    realm: HubInstance
    hub: str
    page: str
    other: str

    def of(self, origin: str) -> str:
        return f"{origin}/#hub={self.hub}&client=map"


async def elsewhere(_: Any) -> FileResponse:
    return FileResponse(Path(__file__).with_name("elsewhere.html"))


@asynccontextmanager
async def at(port: int, app: Starlette) -> AsyncIterator[None]:
    """An application at a port of this machine."""

    async def close() -> None:
        """Nothing goes on there."""

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
    async with open_database(await copy_database(template, "elsewhere"), pool_size=5) as database:
        yield database


@pytest.fixture(scope="module")
async def places(
    people: Database,
    hub_port: int,
    provider: Provider | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Addresses]:
    folder = tmp_path_factory.mktemp("elsewhere")
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
    pages = Starlette(routes=[Route("/", elsewhere)])
    async with realm.http, at(hub_port, realm.app), at(port, pages):
        yield Addresses(realm, hub, page, f"http://127.0.0.1:{port}")


@pytest.fixture
async def page(browser: Any) -> AsyncIterator[Any]:
    """A page in a browser of somebody who was never anywhere."""
    context = await browser.new_context(locale="th-TH")
    made = await context.new_page()
    made.set_default_timeout(WITHIN)
    yield made
    await context.close()


async def visited(page: Any, address: str) -> None:
    await page.goto(address)
    await page.wait_for_selector("body[data-ready]")


async def page_text(page: Any) -> Any:
    await page.wait_for_function("document.getElementById('said')?.textContent")
    return json.loads(await page.text_content("#said"))


async def test_registered_page_logs_a_person_in_and_queries(page: Any, places: Addresses) -> None:
    await visited(page, places.of(places.page))
    assert (await page.evaluate("ask()"))["data"] == {"viewer": None}
    await page.click("#enter")
    await page.click("#demo form button")
    assert "แผนที่ท่องเที่ยว" in await page.text_content("main")
    assert "ดูแลแหล่งข้อมูลของหน่วยงานตน" in await page.text_content("#scopes")
    await page.click("button[value=allow]")
    assert (await page_text(page))["data"]["viewer"] == OF_TOURISM
    # The person is signed in at the hub in this browser; its cookie does nothing for the page.
    assert (await page.evaluate("ask()"))["data"] == {"viewer": None}
    assert await page.evaluate("ask({}, { credentials: 'include' })") == {"refused": "TypeError"}
    # Signing out at the hub ends what the page could do.
    token = await page.evaluate("window.token")
    await page.goto(f"{places.hub}/signin")
    await page.click("#person button")
    await visited(page, places.of(places.page))
    answer = await page.evaluate(
        "ask({ authorization: `Bearer ${TOKEN}` })".replace("TOKEN", f"'{token}'")
    )
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_refused_consent_is_returned_to_the_page(page: Any, places: Addresses) -> None:
    await visited(page, places.of(places.page))
    await page.click("#enter")
    await page.click("#demo form button")
    await page.click("button[value=deny]")
    assert await page_text(page) == {"error": "access_denied"}


@pytest.mark.skipif(not INSTALLED, reason=SKIP_REASON)
async def test_a_person_signs_in_by_the_agencys_own_provider(page: Any, places: Addresses) -> None:
    await visited(page, places.of(places.page))
    await page.click("#enter")
    await page.click("#agencies a")
    await page.fill("input[name=login]", "somsri")
    await page.fill("input[name=password]", "x")
    await page.click("button[type=submit]")
    await page.click("button[type=submit]")  # the provider asks for the person's leave as well
    assert "สมศรี ใจดี" in await page.text_content("main")
    await page.click("button[value=allow]")
    assert (await page_text(page))["data"]["viewer"] == OF_INTERIOR
    cookies = await page.context.cookies(places.hub)
    [cookie] = [one for one in cookies if one["name"] == "hub"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core: make npm")
async def test_everyone_can_use_the_pages_with_forms(page: Any, places: Addresses) -> None:
    await visited(page, places.of(places.page))
    await page.click("#enter")
    await page.wait_for_selector("#demo")
    assert await complaints(page) == []
    await page.click("#demo form button")
    await page.wait_for_selector("button[value=allow]")
    assert await complaints(page) == []


async def complaints(page: Any) -> list[str]:
    """What axe-core finds of WCAG A and AA."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = await page.evaluate(
        "() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })"
        ".then(({ violations }) => violations.map((one) => one.id + one.nodes[0].html))"
    )
    return found


async def test_a_page_of_an_origin_that_is_not_registered_is_refused(
    page: Any, places: Addresses
) -> None:
    await visited(page, places.of(places.other))
    assert await page.evaluate("ask()") == {"refused": "TypeError"}
    assert await page.evaluate("ask({ authorization: 'Bearer x' })") == {"refused": "TypeError"}
    await page.click("#enter")
    await page.wait_for_url(f"{places.hub}/**")
    assert "ไม่สำเร็จ" in await page.text_content("h1")
    assert page.url.startswith(places.hub)


async def test_page_header_shows_the_person_and_logs_them_out(page: Any, places: Addresses) -> None:
    await page.goto(f"{places.hub}/query")
    await page.click("#person a")
    await page.click("#demo form button")
    await page.wait_for_url(f"{places.hub}/query")
    await page.wait_for_selector("#person form")
    assert "กระทรวงการท่องเที่ยวและกีฬา" in await page.text_content("#person")
    assert await page.evaluate("document.cookie") == ""
    await page.click("#language")
    await page.wait_for_function(
        "document.querySelector('#person button').textContent === 'Sign out'"
    )
    await page.click("#person button")
    await page.wait_for_selector("#person a")
    assert page.url == f"{places.hub}/query?lang=en"
