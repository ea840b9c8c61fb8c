"""The board of a joint session: several delegations negotiate in windows of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hub.store.database import open_database
from tests.browser.board_hub import (
    CHANTHABURI,
    HOST,
    OBSERVER,
    PLACE,
    TITLE,
    TOURISM,
    insert_session,
)
from tests.browser.conftest import free_port, page_opener
from tests.browser.page_loading import AXE, LAPTOP, SIZES, WALL
from tests.browser.source_hub import SourceHub, running_hub
from tests.browser.test_accessibility import axe_violations, invalid_thai_lines, small_texts
from tests.conftest import copy_database, database_numbers, execute_admin_statement
from tests.long_run import in_turn

CELL = f'.cell[data-place="{PLACE}"]'
OTHER_GAP = "CLUSTER~transport"
CONDITION = "ต้องมีเป้าหมายรายจังหวัดก่อนเดือนกันยายน"
REASON = "โครงการนี้ทำการตลาดของภาคตะวันออกด้วย"
VIEWS = {
    "agenda": "?panel=agenda",
    "delegations": "?panel=people",
    "cell": f"?cell={OTHER_GAP}",
    "form": f"?cell={OTHER_GAP}&form=propose&kind=LINKAGE_ADD",
    "english": f"?cell={OTHER_GAP}&lang=en",
}
CONTROLS = "button, select, textarea, input:not([type=radio], [type=checkbox]), .cell, .mc, .tab"
OpenBoard = Callable[..., Awaitable[Any]]
"""`page = await open_board(TOURISM, "?cell=…", WALL)`: the board as a delegation sees it."""


@pytest.fixture
async def board_hub(template: str, tmp_path: Path) -> AsyncIterator[tuple[SourceHub, str]]:
    """A hub with an open session for one test that changes it, and the id of the session."""
    async with hub_with_session(template, tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
async def shared_hub(
    template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[SourceHub, str]]:
    """The same, shared by tests that do not change it."""
    async with hub_with_session(template, tmp_path_factory.mktemp("board")) as found:
        yield found


@asynccontextmanager
async def hub_with_session(template: str, folder: Path) -> AsyncIterator[tuple[SourceHub, str]]:
    """Serve a database with an open session; yield the hub and the id of the session."""
    name = f"browser_board_{next(database_numbers)}"
    dsn = await copy_database(template, name)
    async with open_database(dsn, pool_size=2) as database:
        session_id = await insert_session(database)
    (folder / "sources").mkdir()
    async with running_hub(dsn, folder / "sources", free_port()) as hub:
        yield hub, session_id
    await execute_admin_statement(template, f"drop database {name} with (force)")


@pytest.fixture
async def open_board(browser: Any, board_hub: tuple[SourceHub, str]) -> AsyncIterator[OpenBoard]:
    """A function that opens the board as a person, and waits until it is live."""
    async with board_opener(browser, *board_hub) as open_as:
        yield open_as


@pytest.fixture
async def open_shared(browser: Any, shared_hub: tuple[SourceHub, str]) -> AsyncIterator[OpenBoard]:
    """The same, on the hub that tests share."""
    async with board_opener(browser, *shared_hub) as open_as:
        yield open_as


@asynccontextmanager
async def board_opener(browser: Any, hub: SourceHub, session_id: str) -> AsyncIterator[OpenBoard]:
    """A function that opens the board of a session in a new context."""
    async with page_opener(browser, hub.address) as open_path:

        async def open_as(
            person: dict[str, str], query: str = "", size: tuple[int, int] = LAPTOP
        ) -> Any:
            page = await open_path("/signin", size, loaded=False)
            await page.context.request.post("/signin/demo", form=person)
            await page.goto(f"/board/{session_id}{query}", wait_until="load")
            await wait_until_live(page)
            return page

        yield open_as


async def wait_until_live(page: Any) -> None:
    """Wait until the matrix is shown, its events arrive, and nothing is being loaded."""
    await page.wait_for_selector("[data-live=on] :is(#grid, .marks)", timeout=30_000)
    await page.wait_for_function("() => !document.querySelector('.awaited')")
    await page.evaluate("document.fonts.ready.then(() => true)")


async def propose(page: Any) -> str:
    """Propose to link the ministry's project to the gap; return the query of the proposal."""
    await page.click(CELL)
    await page.click("#propose-link")
    await page.click("#op0-project-found button:has-text('ท่องเที่ยวเชิงสุขภาพ')")
    await page.fill("#op0-reason", REASON)
    await page.click("#preview")
    await page.click("#record-proposal")
    await page.wait_for_selector("#stance-ACCEPT")
    return "?" + str(page.url).split("?", 1)[1]


async def test_delegations_agree_and_every_window_shows_and_announces_the_changed_cell(
    open_board: OpenBoard,
) -> None:
    tourism = await open_board(TOURISM)
    wall = await open_board(OBSERVER, "", WALL)
    chair = await open_board(HOST)
    assert await wall.locator(f"{CELL}.s-GAP").count() == 1
    query = await propose(tourism)
    await wall.wait_for_selector(f"{CELL} .proposal-count")
    await tourism.click("#stance-ACCEPT")
    await tourism.wait_for_selector("#stance-ACCEPT[aria-pressed=true]")

    chanthaburi = await open_board(CHANTHABURI, query)
    await chanthaburi.click("#stance-ACCEPT_WITH_CONDITION")
    await chanthaburi.click("#position-send")
    assert "เงื่อนไข" in await chanthaburi.inner_text("#position-problems")
    await chanthaburi.fill("#position-text", CONDITION)
    await chanthaburi.click("#position-send")

    await chair.goto(str(chair.url).split("?", 1)[0] + query)
    await wait_until_live(chair)
    await chair.click("#stance-ACCEPT")
    await chair.wait_for_selector("#stance-ACCEPT[aria-pressed=true]")
    await chair.wait_for_selector("#blockers")
    assert await chair.get_attribute("#conclude", "aria-disabled") == "true"
    assert await chair.locator(".conditions").inner_text()

    await chanthaburi.fill("#resolution-0", "กระทรวงส่งเป้าหมายแล้ว")
    await chanthaburi.click("#resolve-0")
    await chair.wait_for_selector("#conclude[aria-disabled=false]")
    await chair.click("#conclude")
    await chair.wait_for_selector("#agreement")
    for page in (wall, tourism, chanthaburi, chair):
        await page.wait_for_selector(f"{CELL}.s-COVERED.is-changed .changed-label")
    await wall.wait_for_function(
        "() => document.querySelector('#announcement').textContent.includes('เปลี่ยนจากช่องว่าง')"
    )


async def test_a_delegation_negotiates_with_the_keyboard_alone(open_board: OpenBoard) -> None:
    page = await open_board(TOURISM)
    press = page.keyboard.press
    await page.focus(".cell[tabindex='0']")
    await press("g")
    assert await page.evaluate("document.activeElement.dataset.state") == "GAP"
    while await page.evaluate("document.activeElement.dataset.place") != PLACE:
        await press("g")
    await press("Enter")
    assert await page.evaluate("document.activeElement.id") == "drawer-title"
    await tab_to(page, "propose-link")
    await press("Enter")
    await page.wait_for_selector("#op0-project-found button")
    await tab_to(page, "op0-project-0")
    await press("Enter")
    await tab_to(page, "op0-reason")
    await page.keyboard.type(REASON)
    await tab_to(page, "preview")
    await press("Enter")
    await page.wait_for_selector("#preview-title:focus")
    await tab_to(page, "record-proposal")
    await press("Enter")
    await page.wait_for_selector("#stance-ACCEPT")
    await tab_to(page, "stance-ACCEPT")
    await press("Enter")
    await page.wait_for_selector("#stance-ACCEPT[aria-pressed=true]:focus")
    await press("Escape")
    await press("Escape")
    assert await page.locator("#drawer[data-panel=agenda]").count() == 1


async def tab_to(page: Any, element_id: str) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(200):
        if await page.evaluate("document.activeElement.id") == element_id:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"#{element_id} is not reached with Tab")


async def test_a_lost_connection_is_shown_keeps_what_was_typed_and_is_caught_up(
    open_board: OpenBoard,
) -> None:
    page = await open_board(TOURISM, f"?cell={OTHER_GAP}&form=propose&kind=GAP_TAKE")
    chair = await open_board(HOST)
    await page.fill("#op0-text", "จัดรถรับส่งนักท่องเที่ยว")
    await page.context.set_offline(True)
    await page.wait_for_selector("#lost")
    assert await page.is_disabled("#preview")
    await chair.click("#item-1")
    await chair.click("#set-CURRENT")
    await chair.wait_for_selector("#current")
    assert await page.locator("#current").count() == 0
    await page.context.set_offline(False)
    await page.wait_for_selector("[data-live=on]")
    await page.wait_for_selector("#current")
    assert await page.input_value("#op0-text") == "จัดรถรับส่งนักท่องเที่ยว"
    await page.reload()
    await wait_until_live(page)
    assert await page.input_value("#op0-text") == "จัดรถรับส่งนักท่องเที่ยว"


async def test_others_see_which_cell_a_delegation_has_open(open_board: OpenBoard) -> None:
    tourism, chair = await open_board(TOURISM), await open_board(HOST)
    await tourism.click(CELL)
    await chair.wait_for_selector(f"{CELL} .viewer")
    await tourism.keyboard.press("Escape")
    await chair.wait_for_function(f"() => !document.querySelector('{CELL} .viewer')")


async def test_an_observer_reads_and_the_page_names_why_it_cannot_propose(
    open_shared: OpenBoard,
) -> None:
    page = await open_shared(OBSERVER, f"?cell={OTHER_GAP}")
    assert await page.locator("#propose-link").count() == 0
    assert await page.is_visible("#read-only")


async def test_the_chair_suspends_and_resumes_the_session(open_board: OpenBoard) -> None:
    chair, tourism = await open_board(HOST, "?panel=people"), await open_board(TOURISM)
    await chair.click("#sessionSuspend")
    await tourism.wait_for_selector("#not-open")
    await tourism.click(CELL)
    assert await tourism.locator("#propose-link").count() == 0
    await chair.click("#sessionResume")
    await tourism.wait_for_selector("#propose-link")


async def test_the_list_links_to_the_board_and_signed_out_people_get_a_link_to_sign_in(
    browser: Any, shared_hub: tuple[SourceHub, str]
) -> None:
    hub, session_id = shared_hub
    async with page_opener(browser, hub.address) as open_path:
        page = await open_path(f"/board/{session_id}", loaded=False)
        await page.wait_for_selector("#sign-in")
        await page.context.request.post("/signin/demo", form=TOURISM)
        await page.goto("/board")
        assert TITLE in await page.inner_text(".sessions li")
        await page.click(".sessions a")
        await wait_until_live(page)


@pytest.mark.parametrize(("view", "size"), in_turn(VIEWS, list(SIZES)))
async def test_board_does_not_scroll_sideways_has_no_small_text_and_no_violations_of_axe(
    open_shared: OpenBoard, view: str, size: str
) -> None:
    page = await open_shared(TOURISM, VIEWS[view], SIZES[size])
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await small_texts(page) == []
    assert await invalid_thai_lines(page) == []
    least = 44 if size == "tablet" else 24
    assert await small_controls(page, least) == []
    if not AXE.exists():
        pytest.skip("no axe-core: make browser")
    assert await axe_violations(page) == []


async def small_controls(page: Any, least: int) -> list[str]:
    """Return the controls that are lower than so many pixels."""
    found: list[str] = await page.evaluate(
        """([wanted, least]) => [...document.querySelectorAll(wanted)]
          .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < least - 0.5)
          .map((e) => e.outerHTML.slice(0, 90))""",
        [CONTROLS, least],
    )
    return found


async def test_reduced_motion_stops_all_animations_of_the_board(open_shared: OpenBoard) -> None:
    page = await open_shared(TOURISM)
    await page.emulate_media(reduced_motion="reduce")
    await page.evaluate(
        "document.querySelectorAll('.cell').forEach((cell) => cell.classList.add('flash'))"
    )
    assert await page.evaluate("document.getAnimations().length") == 0
