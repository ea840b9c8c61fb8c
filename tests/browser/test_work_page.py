"""The work page: an officer decides on proposals with the keyboard alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hub.store.database import open_database
from tests.browser.conftest import free_port, page_opener
from tests.browser.page_loading import AXE, PHONE, SIZES, OpenPage
from tests.browser.source_hub import SourceHub, running_hub
from tests.browser.test_accessibility import axe_violations, invalid_thai_lines, small_texts
from tests.browser.work_hub import PLAN, PROPOSALS, insert_work
from tests.conftest import copy_database, database_numbers, execute_admin_statement
from tests.long_run import in_turn
from tests.services.same_as.same_activity import REASON

COUNT_BY_STATUS = """
select status, count(*) as found from linkage where project_id like 'work-%' group by status
"""
EXTREME_SIZES = {"laptop": SIZES["laptop"], "tablet": SIZES["tablet"], "phone": PHONE}


@pytest.fixture(scope="module")
async def work_template(template: str) -> AsyncIterator[str]:
    """The DSN of a database with proposals that wait for the Ministry of Tourism."""
    dsn = await copy_database(template, "browser_work")
    async with open_database(dsn, pool_size=2) as database:
        await insert_work(database)
    yield dsn
    await execute_admin_statement(template, "drop database browser_work with (force)")


@pytest.fixture
async def work_hub(template: str, work_template: str, tmp_path: Path) -> AsyncIterator[SourceHub]:
    """A hub over a copy of that database."""
    async with copied_hub(template, work_template, tmp_path) as hub:
        yield hub


@asynccontextmanager
async def copied_hub(template: str, work_template: str, folder: Path) -> AsyncIterator[SourceHub]:
    """Serve a copy of the database with proposals; nobody is connected to the original."""
    name = f"browser_work_{next(database_numbers)}"
    dsn = await copy_database(template, name, source="browser_work")
    sources = folder / "sources"
    sources.mkdir()
    async with running_hub(dsn, sources, free_port()) as hub:
        yield hub
    await execute_admin_statement(template, f"drop database {name} with (force)")


@pytest.fixture
async def open_work(browser: Any, work_hub: SourceHub) -> AsyncIterator[OpenPage]:
    """A function that opens a path of the hub."""
    async with page_opener(browser, work_hub.address) as open_path:
        yield open_path


async def open_list(open_work: OpenPage, path: str, viewer: str) -> Any:
    """Return the page when its list is shown; it loads again by itself while the hub is busy."""
    page = await open_work(path, viewer=viewer, loaded=False)
    await page.wait_for_selector(".item.here .open", timeout=60_000)
    return page


async def count_by_status(hub: SourceHub) -> dict[str, int]:
    """Return how many of the proposed linkages have each status."""
    rows = await hub.database.pool.fetch(COUNT_BY_STATUS)
    return {row["status"]: row["found"] for row in rows}


async def settle(page: Any, key: str, reason: str = "") -> None:
    """Press the key of a decision, write its reason, and wait until it is recorded."""
    before = await page.locator(".item").count()
    await page.keyboard.press(key)
    if reason:
        await page.wait_for_selector("#reason:focus")
        await page.keyboard.type(reason)
        await page.keyboard.press("Enter")
    await page.wait_for_function(
        "(before) => document.querySelectorAll('.item').length < before"
        " && !document.body.dataset.busy",
        arg=before,
        timeout=60_000,
    )


async def test_officer_signs_in_and_settles_20_proposals_with_the_keyboard_alone(
    open_work: OpenPage, work_hub: SourceHub
) -> None:
    page = await open_work("/work", loaded=False)
    await page.wait_for_selector("#sign-in a", timeout=60_000)
    await page.focus("#sign-in a")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("form[action='/signin/demo'] button")
    await page.focus("form[action='/signin/demo'] button")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/work")
    await page.wait_for_selector(".item.here .open", timeout=60_000)
    assert await page.evaluate("document.activeElement.classList.contains('open')")
    await page.wait_for_selector("#one .reasons")
    detail = await page.locator("#one").inner_text()
    assert "อยู่ในพื้นที่ชายฝั่งของจังหวัด" in detail
    assert ".00 บาท" in detail
    for _ in range(5):
        await settle(page, "a")
    for _ in range(3):
        await settle(page, "r", "ไม่อยู่ในแผนของกรม")
    for _ in range(2):
        await settle(page, "d", "ขั้นไม่ตรง")
    assert await count_by_status(work_hub) == {
        "AGREED": 5,
        "REJECTED": 3,
        "DISPUTED": 2,
        "PROPOSED": PROPOSALS - 10,
    }
    for _ in range(10):
        await page.keyboard.press("x")
        await page.keyboard.press("j")
    assert "เลือก 10" in await page.locator("#selected-count").inner_text()
    await settle(page, "a")
    assert "เห็นชอบแล้ว 10 รายการ" in await page.locator("#done").inner_text()
    assert (await count_by_status(work_hub))["AGREED"] == 15
    await page.keyboard.press("u")
    await page.wait_for_function(
        "() => document.querySelector('#done').textContent.includes('เลิกทำแล้ว 10')",
        timeout=60_000,
    )
    assert (await count_by_status(work_hub))["AGREED"] == 5
    await page.wait_for_function("() => document.querySelector('.item.here .open')")
    for _ in range(10):
        await settle(page, "a")
    assert await count_by_status(work_hub) == {
        "AGREED": 15,
        "REJECTED": 3,
        "DISPUTED": 2,
        "PROPOSED": PROPOSALS - 20,
    }


async def test_shortcuts_follow_the_position_of_the_key_and_can_be_turned_off(
    open_work: OpenPage, work_hub: SourceHub
) -> None:
    page = await open_list(open_work, "/work?lang=en", "tourism")
    first = await page.locator(".item.here .name").inner_text()
    # The letter on the key J of a Thai keyboard.
    await page.evaluate(
        "document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {key: '่', code: 'KeyJ', bubbles: true}))"
    )
    assert await page.locator(".item.here .name").inner_text() != first
    await page.keyboard.press("?")
    await page.wait_for_selector("#shortcuts")
    await page.uncheck("#shortcuts-on")
    await page.keyboard.press("Escape")
    await page.wait_for_selector("#shortcuts", state="detached")
    before = await page.locator(".item").count()
    await page.keyboard.press("a")
    await page.keyboard.press("x")
    assert await page.locator("#selected-count").count() == 0
    assert await page.locator(".item").count() == before
    assert (await count_by_status(work_hub))["PROPOSED"] == PROPOSALS


async def test_reason_is_required_and_escape_changes_nothing(
    open_work: OpenPage, work_hub: SourceHub
) -> None:
    page = await open_list(open_work, "/work", "tourism")
    await page.keyboard.press("r")
    await page.wait_for_selector("#reason:focus")
    await page.keyboard.press("Enter")
    assert "เขียนเหตุผลก่อน" in await page.locator("#reason-form .wrong").inner_text()
    await page.keyboard.press("Escape")
    assert await page.locator("#reason-form").count() == 0
    assert await page.evaluate("document.activeElement.classList.contains('open')")
    assert await count_by_status(work_hub) == {"PROPOSED": PROPOSALS}


async def test_item_that_was_changed_meanwhile_shows_its_error_and_stays(
    open_work: OpenPage, work_hub: SourceHub
) -> None:
    page = await open_list(open_work, "/work?lang=en", "tourism")
    await work_hub.database.pool.execute(
        "update linkage set version = version + 1 where project_id like 'work-%'"
    )
    await page.keyboard.press("a")
    await page.wait_for_selector(".item .why")
    assert "1 not recorded" in await page.locator("#done").inner_text()
    assert await count_by_status(work_hub) == {"PROPOSED": PROPOSALS}


async def test_reader_sees_the_work_but_no_decisions(open_work: OpenPage) -> None:
    page = await open_list(open_work, "/work", "reader")
    assert await page.locator(".item").count() > 0
    assert await page.locator("#decisions").count() == 0
    assert "linkage:decide" in await page.locator("#one").inner_text()


async def test_officer_declines_a_request_for_work(open_work: OpenPage) -> None:
    page = await open_list(open_work, "/work?kind=WORK_REQUEST_ANSWER", "tourism")
    await page.check("input[value=DECLINE]")
    await page.click("#answer-form button[type=submit]")
    assert "เขียนเหตุผลก่อน" in await page.locator("#answer-form .wrong").inner_text()
    await page.fill("#answer-reason", "ไม่มีงบประมาณ")
    await page.click("#answer-form button[type=submit]")
    await page.wait_for_selector("#nothing")
    assert "ตอบคำขอแล้ว" in await page.locator("#done").inner_text()


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("", ("กิจกรรมเดียวกัน นับครั้งเดียว (1)", "ยืนยัน", "โครงการหลัก", "ปีงบประมาณร่วมกัน 2566")),
        ("?lang=en", ("counted once (1)", "asserted by", "counted as this one", "The same owner")),
    ],
)
async def test_project_page_shows_who_asserted_the_same_activity_and_why(
    open_shared: OpenPage, language: str, texts: tuple[str, ...]
) -> None:
    page = await open_shared(f"/projects/work-1{language}", viewer="tourism", loaded=False)
    section = page.locator("section[aria-labelledby=identity-title]")
    await section.wait_for(timeout=60_000)
    shown = await section.inner_text()
    for text in texts:
        assert text in shown, shown
    assert REASON in shown
    assert await section.locator("details[open]").count() == 1
    undone = section.locator("details").first
    assert await undone.get_attribute("open") is None
    await undone.locator("summary").click()
    assert "ตรวจแล้วเป็นคนละงาน" in await undone.inner_text()
    await section.locator("details a[href*=copy-1]").click()
    await page.wait_for_url("**/projects/copy-1**")


WORK_VIEWS = {
    "signed-out": ("/work", ""),
    "proposals": ("/work", "tourism"),
    "proposals-english": ("/work?lang=en", "tourism"),
    "requests": ("/work?kind=WORK_REQUEST_ANSWER", "tourism"),
    "none": ("/work?kind=QUARANTINE_REVIEW", "tourism"),
    "area": ("/areas/20", "tourism"),
    "area-english": ("/areas/C2552-09?lang=en", ""),
    "issue": (f"/issues/{PLAN}-1", "tourism"),
    "issue-english": ("/issues/s42-east-1?lang=en", ""),
    "project": ("/projects/work-1", "tourism"),
    "project-english": ("/projects/s37-01?lang=en", ""),
    "missing": ("/issues/no-such-issue", ""),
}


@pytest.fixture(scope="module")
async def shared_work_hub(
    template: str, work_template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SourceHub]:
    """A hub over a copy of that database, for tests that change nothing."""
    async with copied_hub(template, work_template, tmp_path_factory.mktemp("work")) as hub:
        yield hub


@pytest.fixture
async def open_shared(browser: Any, shared_work_hub: SourceHub) -> AsyncIterator[OpenPage]:
    """A function that opens a path of the shared hub."""
    async with page_opener(browser, shared_work_hub.address) as open_path:
        yield open_path


@pytest.mark.parametrize(("name", "size"), in_turn(WORK_VIEWS, list(EXTREME_SIZES.values())))
async def test_view_is_accessible_at_every_size(
    open_shared: OpenPage, name: str, size: tuple[int, int]
) -> None:
    path, viewer = WORK_VIEWS[name]
    page = await open_shared(path, size, viewer=viewer, loaded=False)
    await page.wait_for_selector(".items, #nothing, #sign-in, .place", timeout=60_000)
    await page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert await axe_violations(page) == [] if AXE.exists() else True
    assert await small_texts(page) == []
    assert await invalid_thai_lines(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
