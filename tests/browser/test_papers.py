"""Minutes and briefs of a joint session, on the screen and on paper."""

import re
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from hub.store.database import open_database
from tests.browser.conftest import free_port, page_opener
from tests.browser.page_loading import LAPTOP, PHONE, OpenPage, wait_until_loaded
from tests.browser.source_hub import running_hub
from tests.browser.test_accessibility import axe_violations, invalid_thai_lines, small_texts
from tests.conftest import copy_database, database_numbers, execute_admin_statement
from tests.web.graphql.test_sessions import Negotiation, first_stage, link, open_talks
from tests.web.test_session_files import HIDDEN_NAME, conclude_and_close

HOST: Final = {"agency": "province:20", "role": "DELEGATE"}
STRANGER: Final = {"agency": "province:21", "role": "DELEGATE"}
SET_PREVIOUS: Final = "update joint_session set previous_id = $1 where id = $2"
PAGES: Final = re.compile(rb"/Type\s*/Page\b(?!s)")
Sessions = tuple[OpenPage, str, str]
"""A function that opens pages, the closed session, and the open one of the year after."""


@pytest.fixture(scope="module")
async def served(
    template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[str, str, str]]:
    """Serve a closed session and an open one that names it as the session before."""
    folder = tmp_path_factory.mktemp("papers")
    name = f"browser_papers_{next(database_numbers)}"
    dsn = await copy_database(template, name)
    async with open_database(dsn, pool_size=4) as database, open_talks(database, folder) as talks:
        await conclude_and_close(talks)
        later = await Negotiation(talks.host, talks.function, talks.other).open()
        await later.propose(link("p3", await first_stage(later)))
        await database.pool.execute("update commitment set due_on = current_date")
        keys = [one["id"].rpartition("/")[2] for one in (talks.session, later.session)]
        await database.pool.execute(SET_PREVIOUS, *keys)
    (folder / "sources").mkdir()
    async with running_hub(dsn, folder / "sources", free_port()) as hub:
        yield hub.address, keys[0], keys[1]
    await execute_admin_statement(template, f"drop database {name} with (force)")


@pytest.fixture
async def sessions(browser: Any, served: tuple[str, str, str]) -> AsyncIterator[Sessions]:
    """A function that opens papers, with the keys of both sessions."""
    async with page_opener(browser, served[0]) as open_path:
        yield open_path, served[1], served[2]


async def open_paper(
    open_path: OpenPage, path: str, person: dict[str, str], size: tuple[int, int] = LAPTOP
) -> Any:
    """Open a paper as a person."""
    page = await open_path("/query", size, loaded=False)
    await page.context.request.post("/signin/demo", form=person)
    await page.goto(path)
    await wait_until_loaded(page)
    return page


async def test_minutes_name_agreements_conditions_objections_commitments_and_signers(
    sessions: Sessions,
) -> None:
    """In both languages; the files are a click away."""
    open_path, closed, _ = sessions
    page = await open_paper(open_path, f"/board/{closed}/minutes", HOST)
    text = await page.inner_text("#list")
    for part in (HIDDEN_NAME, "SHA-256", "=HYPERLINK", "ไม่ตรงกับแผน", "31 ม.ค. 2570"):
        assert part in text
    assert await page.locator("#draft").count() == 0
    assert await page.locator(".signatures p").count() == 3
    changed = page.locator("section[aria-labelledby=matrix] tbody tr")
    assert await changed.count() == 1
    for kind in ("docx", "xlsx"):
        href = await page.get_attribute(f"#links a[href*='.{kind}']", "href")
        response = await page.context.request.get(href)
        assert response.status == 200
    await page.click("#language")
    assert "Objections" in await page.inner_text("#list")
    assert await page.get_attribute("html", "lang") == "en"


async def test_minutes_of_the_next_session_are_a_draft_compared_with_the_one_before(
    sessions: Sessions,
) -> None:
    """The comparison is shown where a session before is named."""
    open_path, closed, later = sessions
    page = await open_paper(open_path, f"/board/{later}/minutes", HOST)
    assert await page.locator("#draft").count() == 1
    assert await page.locator("#comparison").count() == 1
    page = await open_paper(open_path, f"/board/{closed}/minutes", HOST)
    assert await page.locator("#comparison").count() == 0


async def test_a_brief_has_issues_by_level_unlinked_money_findings_and_promises(
    sessions: Sessions,
) -> None:
    """The promises are those of the session before."""
    open_path, _, later = sessions
    page = await open_paper(open_path, f"/board/{later}/brief", HOST)
    assert await page.locator(".issue table").count() == 2
    assert await page.locator(".issue .state").count() > 10
    findings = await page.inner_text("section[aria-labelledby=findings]")
    assert "ประเด็นยุทธศาสตร์" in findings
    assert "ไม่มีจังหวัดในขั้น" not in findings  # gaps are listed at their issues
    promises = page.locator("section[aria-labelledby=promises] tbody tr")
    assert await promises.count() == 1
    assert "จังหวัดสมทบร้อยละ 10" in await promises.inner_text()


@pytest.mark.parametrize("paper", ["minutes", "brief"])
async def test_papers_are_accessible_and_printed_without_blank_pages(
    sessions: Sessions, paper: str
) -> None:
    """On A4, without the controls; the pages are as many as the content needs."""
    open_path, closed, _ = sessions
    for size in (LAPTOP, PHONE):
        page = await open_paper(open_path, f"/board/{closed}/{paper}", HOST, size)
        assert await axe_violations(page) == []
        assert await invalid_thai_lines(page) == []
        assert await small_texts(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.emulate_media(media="print")
    for control in ("#views", "#bar", "#person", "#language"):
        assert not await page.is_visible(control)
    await page.set_viewport_size({"width": 672, "height": 986})  # the printed area at 96 dpi
    narrowest = await page.evaluate(
        "Math.min(...[...document.querySelectorAll('th')].map((head) => head.offsetWidth))"
    )
    assert narrowest > 40  # a word of Thai is not broken into letters
    height = await page.evaluate("document.body.getBoundingClientRect().height")
    content = await page.pdf(prefer_css_page_size=True)
    needed = -(-height // 986)
    assert needed <= len(PAGES.findall(content)) <= needed + 1


async def test_a_signed_out_visitor_is_asked_to_sign_in_and_a_stranger_is_told(
    sessions: Sessions,
) -> None:
    """Neither learns whether there is such a session."""
    open_path, closed, _ = sessions
    for paper in ("minutes", "brief"):
        page = await open_path(f"/board/{closed}/{paper}")
        assert await page.is_visible("#sign-in a[href^='/signin?next=']")
        page = await open_paper(open_path, f"/board/{closed}/{paper}", STRANGER)
        assert await page.is_visible("#missing")
        assert await page.is_hidden("#links")


@pytest.mark.parametrize(
    ("kind", "paper", "is_later"),
    [("POSITION_TAKE", "brief", True), ("COMMITMENT_REPORT", "minutes", False)],
)
async def test_a_task_of_a_session_leads_to_its_board_and_paper(
    sessions: Sessions, kind: str, paper: str, is_later: bool
) -> None:
    """The page of work counts and lists them."""
    open_path, closed, later = sessions
    page = await open_paper(open_path, f"/work?kind={kind}", HOST)
    assert (await page.inner_text(f"[data-kind={kind}]")).endswith(" 1")
    links = await page.eval_on_selector_all(
        "#one .reasons a", "(found) => found.map((one) => one.getAttribute('href'))"
    )
    key = later if is_later else closed
    assert links == [f"/board/{key}", f"/board/{key}/{paper}"]
    assert await axe_violations(page) == []
