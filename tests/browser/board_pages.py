"""Opens the board of a joint session in Chromium, as one delegation or another."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from hub.store.database import open_database
from tests.browser.board_hub import PLACE, insert_session
from tests.browser.conftest import free_port, page_opener
from tests.browser.page_loading import LAPTOP
from tests.browser.source_hub import SourceHub, running_hub
from tests.conftest import copy_database, database_numbers, execute_admin_statement

CELL: Final = f'.cell[data-place="{PLACE}"]'
OTHER_GAP: Final = "CLUSTER~transport"
REASON: Final = "โครงการนี้ทำการตลาดของภาคตะวันออกด้วย"
OpenBoard = Callable[..., Awaitable[Any]]
"""`page = await open_board(TOURISM, "?cell=…", WALL)`: the board as a delegation sees it."""


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


async def fill_proposal(page: Any) -> None:
    """Fill in the proposal to link the ministry's project to the gap, and preview it."""
    await page.click(CELL)
    await page.click("#propose-link")
    await page.click("#op0-project-found button:has-text('ท่องเที่ยวเชิงสุขภาพ')")
    await page.fill("#op0-reason", REASON)
    await page.click("#preview")
    await page.wait_for_selector("#record-proposal")


async def propose(page: Any) -> str:
    """Propose to link the ministry's project to the gap; return the query of the proposal."""
    await fill_proposal(page)
    await page.click("#record-proposal")
    await page.wait_for_selector("#stance-ACCEPT")
    return "?" + str(page.url).split("?", 1)[1]
