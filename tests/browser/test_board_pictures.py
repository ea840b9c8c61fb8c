"""Writes the pictures of the board that are missing, while delegations negotiate.

`rm docs/pictures/board-*.png` renews them.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.board_hub import CHANTHABURI, HOST, OBSERVER, TOURISM
from tests.browser.board_pages import (
    CELL,
    OTHER_GAP,
    OpenBoard,
    board_opener,
    fill_proposal,
    hub_with_session,
    wait_until_live,
)
from tests.browser.page_loading import LAPTOP, TABLET, WALL
from tests.browser.test_screenshots import find_file, write_if_missing
from tests.long_run import mark_long

NAMES = [
    "board-1366x768",
    "board-1920x1080",
    "board-820x1180",
    "board-cell-1366x768",
    "board-preview-1366x768",
    "board-proposal-1920x1080",
    "board-proposal-820x1180",
    "board-condition-1366x768",
    "board-agreement-1366x768",
    "board-agreement-1920x1080",
    "board-delegations-1366x768",
    "board-sessions-1366x768",
]
IS_COMPLETE = all(find_file(name).exists() for name in NAMES)


@pytest.mark.parametrize("run", [mark_long("renewed") if IS_COMPLETE else "missing"])
async def test_missing_pictures_of_a_negotiation_are_written(
    browser: Any, template: str, tmp_path: Path, run: str
) -> None:
    async with (
        hub_with_session(template, tmp_path) as (hub, session_id),
        board_opener(browser, hub, session_id) as open_board,
    ):
        tourism, chair = await open_board(TOURISM), await open_board(HOST)
        await chair.click("#item-2")
        await chair.click("#set-CURRENT")
        await chair.wait_for_selector("#current")
        await chair.keyboard.press("Escape")
        await tourism.wait_for_selector("#current")
        await picture(chair, "board-1366x768")
        await picture(await open_board(OBSERVER, "", WALL), "board-1920x1080")
        await picture(await open_board(TOURISM, "", TABLET), "board-820x1180")
        await picture(await open_board(TOURISM, f"?cell={OTHER_GAP}"), "board-cell-1366x768")
        await fill_proposal(tourism)
        await picture(tourism, "board-preview-1366x768")
        await tourism.click("#record-proposal")
        await tourism.click("#stance-ACCEPT")
        await tourism.wait_for_selector("#stance-ACCEPT[aria-pressed=true]")
        query = "?" + str(tourism.url).split("?", 1)[1]
        await negotiate(open_board, query)
        await picture(await open_board(HOST, "?panel=people"), "board-delegations-1366x768")
        await tourism.goto("/board")
        await tourism.wait_for_selector(".sessions li")
        await picture(tourism, "board-sessions-1366x768")


async def negotiate(open_board: OpenBoard, query: str) -> None:
    """Set a condition, resolve it and conclude, with a picture of each step."""
    chanthaburi = await open_board(CHANTHABURI, query)
    await chanthaburi.click("#stance-ACCEPT_WITH_CONDITION")
    await chanthaburi.fill("#position-text", "ต้องมีเป้าหมายรายจังหวัดก่อนเดือนกันยายน")
    await chanthaburi.click("#position-send")
    await chanthaburi.wait_for_selector("#resolution-0")
    await chanthaburi.locator(".conditions").scroll_into_view_if_needed()
    await picture(chanthaburi, "board-condition-1366x768")
    await picture(await open_board(HOST, f"{query}&ghost=1", WALL), "board-proposal-1920x1080")
    await picture(await open_board(CHANTHABURI, query, TABLET), "board-proposal-820x1180")
    chair = await open_board(HOST, query, LAPTOP)
    await chair.click("#stance-ACCEPT")
    await chair.wait_for_selector("#stance-ACCEPT[aria-pressed=true]")
    await chanthaburi.fill("#resolution-0", "กระทรวงส่งเป้าหมายแล้ว")
    await chanthaburi.click("#resolve-0")
    await chair.click("#conclude[aria-disabled=false]")
    await chair.wait_for_selector(f"{CELL} .changed-label")
    await chair.wait_for_selector("#agreement")
    await chair.wait_for_function("() => document.getAnimations().length === 0")
    await picture(chair, "board-agreement-1366x768")
    await picture(await open_board(OBSERVER, "", WALL), "board-agreement-1920x1080")


async def picture(page: Any, name: str) -> None:
    """Write a picture of a live board, or of a page beside it."""
    if await page.locator("#grid, .marks").count():
        await wait_until_live(page)
    await write_if_missing(page, name)
