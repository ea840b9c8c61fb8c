"""The work page: an officer settles suggestions with the keyboard alone."""

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from hub.store.database import open_database
from tests.browser.conftest import free_port, page_opener
from tests.browser.page_loading import AXE, OpenPage
from tests.browser.source_hub import SourceHub, running_hub
from tests.browser.suggested_projects import PREFIX, insert_suggested_projects
from tests.browser.test_accessibility import axe_violations, invalid_thai_lines, small_texts
from tests.browser.test_work_page import EXTREME_SIZES, settle
from tests.conftest import copy_database, execute_admin_statement

DATABASE: Final = "browser_suggested"
LIST: Final = "/work?kind=SUGGESTION"
STATUSES: Final = """
select status, count(*) as found from linkage where project_id like $1 || '%' group by status
"""
PROPOSED: Final = """
select count(*) from linkage l
join history_entry h on h.subject = 'gid://hub/Linkage/' || l.id and h.kind = 'ADDED'
where l.project_id like $1 || '%' and h.because_of like 'gid://hub/LinkageSuggestion/%'
"""
DISMISSED: Final = """
select side, reason, count(*) as found from suggestion_dismissal
where project_id like $1 || '%' group by side, reason
"""


@pytest.fixture(scope="module")
async def suggesting_hub(
    template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SourceHub]:
    """A hub with more suggestions for a ministry than one test settles."""
    dsn = await copy_database(template, DATABASE)
    async with open_database(dsn, pool_size=2) as database:
        await insert_suggested_projects(database)
    sources = tmp_path_factory.mktemp("suggestions") / "sources"
    sources.mkdir()
    async with running_hub(dsn, sources, free_port()) as hub:
        yield hub
    await execute_admin_statement(template, f"drop database {DATABASE} with (force)")


@pytest.fixture
async def open_page(browser: Any, suggesting_hub: SourceHub) -> AsyncIterator[OpenPage]:
    """A function that opens a path of the hub."""
    async with page_opener(browser, suggesting_hub.address) as open_path:
        yield open_path


async def open_suggestions(open_page: OpenPage, path: str) -> Any:
    """Return the page of the officer of a ministry when its suggestions are shown."""
    page = await open_page(path, viewer="tourism", loaded=False)
    await page.wait_for_selector(".item.here .open", timeout=60_000)
    await page.wait_for_selector("#one .reasons")
    return page


async def count_by_status(hub: SourceHub) -> dict[str, int]:
    """Return how many linkages of the suggested projects have each status."""
    rows = await hub.database.pool.fetch(STATUSES, PREFIX)
    return {row["status"]: row["found"] for row in rows}


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        (
            LIST,
            (
                "ข้อเสนอแนะจากระบบ",
                "เหตุผลของข้อเสนอแนะ (น้ำหนัก)",
                "ชื่อโครงการมีคำว่า",
                "ในปีงบประมาณเดียวกัน",
            ),
        ),
        (
            f"{LIST}&lang=en",
            ("Suggestions", "Why it is suggested (weight)", "the title contains", "fiscal year"),
        ),
    ],
)
async def test_suggestions_show_their_reasons_and_are_accessible(
    open_page: OpenPage, path: str, texts: tuple[str, ...]
) -> None:
    page = await open_suggestions(open_page, path)
    shown = await page.locator("#one").inner_text()
    for text in texts:
        assert text in shown, shown
    for size_name, size in EXTREME_SIZES.items():
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        assert await axe_violations(page) == [] if AXE.exists() else True, size_name
        assert await small_texts(page) == [], size_name
        assert await invalid_thai_lines(page) == [], size_name
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size_name


async def test_officer_settles_20_suggestions_with_the_keyboard_alone(
    open_page: OpenPage, suggesting_hub: SourceHub
) -> None:
    page = await open_page("/work", viewer="tourism", loaded=False)
    await page.wait_for_selector("[data-kind=SUGGESTION]", timeout=60_000)
    await press_until_focused(page, "Tab", "[data-kind=SUGGESTION]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".item.here .open")
    first = await page.locator(".item.here .name").inner_text()
    for _ in range(5):
        await settle(page, "a")
    for _ in range(3):
        await settle(page, "r", "งานของส่วนกลาง")
    assert await count_by_status(suggesting_hub) == {"PROPOSED": 5}
    await page.keyboard.press("u")
    await wait_for_message(page, "เลิกทำการไม่รับข้อเสนอแนะไม่ได้")
    assert await count_by_status(suggesting_hub) == {"PROPOSED": 5}
    for _ in range(10):
        await page.keyboard.press("x")
        await page.keyboard.press("j")
    await settle(page, "a")
    await wait_for_message(page, "เสนอเป็นความเชื่อมโยงแล้ว 10 รายการ")
    assert await count_by_status(suggesting_hub) == {"PROPOSED": 15}
    await page.keyboard.press("u")
    await wait_for_message(page, "เลิกทำแล้ว 10")
    assert await count_by_status(suggesting_hub) == {"PROPOSED": 5, "WITHDRAWN": 10}
    await page.wait_for_function("() => document.querySelector('.item.here .open')")
    for _ in range(12):
        await settle(page, "a")
    assert await count_by_status(suggesting_hub) == {"PROPOSED": 17, "WITHDRAWN": 10}
    assert first not in await page.locator(".item .name").all_inner_texts()
    pool = suggesting_hub.database.pool
    assert await pool.fetchval(PROPOSED, PREFIX) == 27
    [dismissed] = await pool.fetch(DISMISSED, PREFIX)
    assert tuple(dismissed) == ("FUNCTION", "งานของส่วนกลาง", 3)


async def press_until_focused(page: Any, key: str, selector: str) -> None:
    """Press a key until the element is focused, as someone without a pointer does."""
    for _ in range(40):
        if await page.evaluate("(one) => document.activeElement.matches(one)", selector):
            return
        await page.keyboard.press(key)
    raise AssertionError(f"{selector} cannot be reached with {key}")


async def wait_for_message(page: Any, text: str) -> None:
    """Wait until the page announces a text."""
    await page.wait_for_function(
        "(text) => document.querySelector('#done').textContent.includes(text)",
        arg=text,
        timeout=60_000,
    )
