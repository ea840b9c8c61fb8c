import json
from typing import Any

import pytest

from tests.browser.page_loading import AXE, LAPTOP, TABLET, OpenPage, wait_until_loaded

LABELS = {
    "COVERED": "มีโครงการ",
    "GAP": "ช่องว่าง",
    "OVERLAP": "อาจซ้ำซ้อน",
    "DISPUTED": "ยังเห็นต่าง",
    "NOT_EXPECTED": "ไม่คาดหมาย",
    "NOT_REPORTED": "ยังไม่มีรายงาน",
    "RESTRICTED": "ปกปิด",
    "NOT_JUDGED": "ไม่มีเกณฑ์",
    "NOT_IN_FORCE": "ไม่มีผลในปีนั้น",
}
STATES = {
    "MINISTRY~eco-standards": "OVERLAP",
    "CIVIL_SOCIETY~entrepreneurs": "DISPUTED",
    "LOCAL~marketing": "NOT_REPORTED",
    "PRIVATE~marketing": "NOT_EXPECTED",
    "PRIVATE~investment-incentives": "RESTRICTED",
    "CIVIL_SOCIETY~marketing": "NOT_JUDGED",
    "CIVIL_SOCIETY~investment-incentives": "NOT_IN_FORCE",
}
STYLE = """(state) => {
  const cell = document.querySelector(`.cell.s-${state}`);
  const style = getComputedStyle(cell);
  return [style.borderTopStyle, style.borderLeftWidth !== style.borderTopWidth,
    style.backgroundImage !== "none", style.backgroundColor];
}"""


async def with_states(route: Any) -> None:
    """Change the response: every state occurs, and the total differs from the sum of its cells."""
    response = await route.fetch()
    body = await response.json()
    matrix = body["data"].get("matrix")
    if matrix and "cells" in matrix:
        states: dict[str, int] = {}
        for cell in matrix["cells"]:
            row = matrix["rows"]["headers"][cell["rowIndex"]]["key"]
            column = matrix["columns"]["headers"][cell["columnIndex"]]["key"]
            cell["state"] = STATES.get(f"{row}~{column}", cell["state"])
            states[cell["state"]] = states.get(cell["state"], 0) + 1
        matrix["total"]["states"] = [{"state": s, "cells": n} for s, n in states.items()]
        matrix["total"] |= {
            "additive": False,
            "budget": {"amount": "1535200000.00"},
            "sumOfCells": {"amount": "1595200000.00"},
        }
    await route.fulfill(response=response, body=json.dumps(body))


async def page_with_all_states(open_page: OpenPage, size: tuple[int, int]) -> Any:
    page = await open_page("/", size)
    await page.route("**/graphql", with_states)
    await page.goto("/")
    await wait_until_loaded(page)
    return page


async def test_each_state_has_own_label_mark_and_border_or_pattern(open_page: OpenPage) -> None:
    page = await page_with_all_states(open_page, LAPTOP)
    styles = []
    for state, label in LABELS.items():
        assert label in await page.inner_text(f'.key[data-state="{state}"]')
        assert label in (await page.text_content(f".cell.s-{state}") or "")
        assert await page.locator(f".cell.s-{state} .m-{state}").count() > 0
        styles.append(tuple((await page.evaluate(STYLE, state))[:3]))
    assert len(set(styles)) >= 7, styles


async def test_area_that_was_not_in_force_shows_no_zero_and_what_followed_it(
    open_page: OpenPage,
) -> None:
    url = "/?area=C2552-09&rows=AREA.CLUSTER&columns=FISCAL_YEAR&fy=2561&to=2563"
    page = await open_page(url, LAPTOP)
    assert await page.locator('.cell[data-state="NOT_IN_FORCE"]').count() == 2
    totals = await page.locator("tr.sum td.tot").all_inner_texts()
    assert [text.strip() for text in totals[1:3]] == ["ไม่มีผลในปีนั้น"] * 2
    notice = await page.inner_text('[data-notice="AREA_NOT_IN_FORCE"]')
    assert "ภาคตะวันออก 1 (C2560-08)" in notice
    english = await open_page(f"{url}&lang=en", LAPTOP)
    assert "Not in force" in await english.inner_text('.key[data-state="NOT_IN_FORCE"]')
    assert "Eastern 1 Cluster (C2560-08)" in await english.inner_text(
        '[data-notice="AREA_NOT_IN_FORCE"]'
    )


async def test_top_issue_that_nothing_is_linked_to_is_marked_at_its_header(
    open_page: OpenPage,
) -> None:
    page = await open_page("/?area=C2552-09&rows=ISSUE&columns=ACTOR_LEVEL&fy=2554", LAPTOP)
    marked = page.locator("th[data-head] .notlinked")
    assert await marked.count() == 1
    text = await marked.text_content()
    assert "ไม่มีโครงการเชื่อมโยง" in text
    assert "ลำดับที่ 2" in text  # for screen readers
    assert await page.locator('[data-notice="ISSUE_NOT_LINKED"]').count() == 0


async def test_total_shows_sum_of_cells_if_it_differs(open_page: OpenPage) -> None:
    page = await page_with_all_states(open_page, LAPTOP)
    grand = await page.inner_text(".grand")
    assert "ได้รับ 1,535.2" in grand
    assert "ผลบวกของช่อง 1,595.2" in grand


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core: make browser")
@pytest.mark.parametrize("size", [LAPTOP, TABLET])
async def test_axe_finds_no_violations_in_any_state(
    open_page: OpenPage, size: tuple[int, int]
) -> None:
    page = await page_with_all_states(open_page, size)
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate(
        "axe.run(document).then(({ violations }) => violations.map((v) =>"
        " [v.id, v.nodes.slice(0, 2).map((n) => n.html + n.failureSummary)]))"
    )
    assert found == []
