"""The board of a joint session: several delegations negotiate in windows of their own."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.board_hub import CHANTHABURI, HOST, OBSERVER, PLACE, TOURISM
from tests.browser.board_pages import (
    CELL,
    OTHER_GAP,
    REASON,
    OpenBoard,
    board_opener,
    hub_with_session,
    propose,
    wait_until_live,
)
from tests.browser.page_loading import WALL
from tests.browser.source_hub import SourceHub

CONDITION = "ต้องมีเป้าหมายรายจังหวัดก่อนเดือนกันยายน"


@pytest.fixture
async def board_hub(template: str, tmp_path: Path) -> AsyncIterator[tuple[SourceHub, str]]:
    """A hub with an open session for one test that changes it, and the id of the session."""
    async with hub_with_session(template, tmp_path) as found:
        yield found


@pytest.fixture
async def open_board(browser: Any, board_hub: tuple[SourceHub, str]) -> AsyncIterator[OpenBoard]:
    """A function that opens the board as a person, and waits until it is live."""
    async with board_opener(browser, *board_hub) as open_as:
        yield open_as


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


async def test_events_arrive_where_the_network_blocks_web_sockets(open_board: OpenBoard) -> None:
    page, chair = await open_board(TOURISM), await open_board(HOST)
    await page.route_web_socket("**/graphql", lambda socket: socket.close())
    await page.reload()
    await wait_until_live(page)
    await chair.click("#item-1")
    await chair.click("#set-CURRENT")
    await page.wait_for_selector("#current")


async def test_others_see_which_cell_a_delegation_has_open(open_board: OpenBoard) -> None:
    tourism, chair = await open_board(TOURISM), await open_board(HOST)
    await tourism.click(CELL)
    await chair.wait_for_selector(f"{CELL} .viewer")
    await tourism.keyboard.press("Escape")
    await chair.wait_for_function(f"() => !document.querySelector('{CELL} .viewer')")


async def test_what_all_sides_accept_is_concluded_in_one_step(open_board: OpenBoard) -> None:
    tourism, chair = await open_board(TOURISM), await open_board(HOST)
    query = await propose(tourism)
    await tourism.click("#stance-ACCEPT")
    own = await open_board(HOST, query)
    await own.click("#stance-ACCEPT")
    await chair.click("#conclude-all")
    await chair.wait_for_selector(f"{CELL}.s-COVERED .changed-label")
    await chair.wait_for_function("() => !document.querySelector('#ready-proposals')")


async def test_the_chair_suspends_and_resumes_the_session(open_board: OpenBoard) -> None:
    chair, tourism = await open_board(HOST, "?panel=people"), await open_board(TOURISM)
    await chair.click("#sessionSuspend")
    await tourism.wait_for_selector("#not-open")
    await tourism.click(CELL)
    assert await tourism.locator("#propose-link").count() == 0
    await chair.click("#sessionResume")
    await tourism.wait_for_selector("#propose-link")
