"""The views of the board: legible and accessible at every size, and what readers see."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.browser.board_hub import OBSERVER, TITLE, TOURISM
from tests.browser.board_pages import (
    OTHER_GAP,
    OpenBoard,
    board_opener,
    hub_with_session,
    wait_until_live,
)
from tests.browser.conftest import page_opener
from tests.browser.page_loading import AXE, SIZES
from tests.browser.source_hub import SourceHub
from tests.browser.test_accessibility import axe_violations, invalid_thai_lines, small_texts
from tests.long_run import in_turn

VIEWS = {
    "agenda": "?panel=agenda",
    "delegations": "?panel=people",
    "changes": "?panel=changes",
    "cell": f"?cell={OTHER_GAP}",
    "form": f"?cell={OTHER_GAP}&form=propose&kind=LINKAGE_ADD",
    "english": f"?cell={OTHER_GAP}&lang=en",
}
CONTROLS = "button, select, textarea, input:not([type=radio], [type=checkbox]), .cell, .mc, .tab"


@pytest.fixture(scope="module")
async def shared_hub(
    template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[SourceHub, str]]:
    """The same, shared by tests that do not change it."""
    async with hub_with_session(template, tmp_path_factory.mktemp("board")) as found:
        yield found


@pytest.fixture
async def open_shared(browser: Any, shared_hub: tuple[SourceHub, str]) -> AsyncIterator[OpenBoard]:
    """The same, on the hub that tests share."""
    async with board_opener(browser, *shared_hub) as open_as:
        yield open_as


async def test_an_observer_reads_and_the_page_names_why_it_cannot_propose(
    open_shared: OpenBoard,
) -> None:
    page = await open_shared(OBSERVER, f"?cell={OTHER_GAP}")
    assert await page.locator("#propose-link").count() == 0
    assert await page.is_visible("#read-only")


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
