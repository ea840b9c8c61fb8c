import json
from typing import Any

import pytest

from tests.browser.page_visitor import AXE, LAPTOP, TABLET, Visit, shown

LABELS = {
    "COVERED": "มีโครงการ",
    "GAP": "ช่องว่าง",
    "OVERLAP": "อาจซ้ำซ้อน",
    "DISPUTED": "ยังเห็นต่าง",
    "NOT_EXPECTED": "ไม่คาดหมาย",
    "NOT_REPORTED": "ยังไม่มีรายงาน",
    "RESTRICTED": "ปกปิด",
}
MADE = {
    "MINISTRY~eco-standards": "OVERLAP",
    "CIVIL_SOCIETY~entrepreneurs": "DISPUTED",
    "LOCAL~marketing": "NOT_REPORTED",
    "PRIVATE~marketing": "NOT_EXPECTED",
    "PRIVATE~investment-incentives": "RESTRICTED",
}
LOOK = """(state) => {
  const cell = document.querySelector(`.cell.s-${state}`);
  const style = getComputedStyle(cell);
  return [style.borderTopStyle, style.borderLeftWidth !== style.borderTopWidth,
    style.backgroundImage !== "none", style.backgroundColor];
}"""


async def made_up(route: Any) -> None:
    """An answer of the hub in which every state occurs, with money that does not add up."""
    answer = await route.fetch()
    matrix = await answer.json()
    matrix = matrix["data"].get("matrix")
    if matrix:
        states: dict[str, int] = {}
        for cell in matrix["cells"]:
            row = matrix["rows"]["headers"][cell["rowIndex"]]["key"]
            column = matrix["columns"]["headers"][cell["columnIndex"]]["key"]
            cell["state"] = MADE.get(f"{row}~{column}", cell["state"])
            states[cell["state"]] = states.get(cell["state"], 0) + 1
        matrix["total"]["states"] = [{"state": s, "cells": n} for s, n in states.items()]
        matrix["total"] |= {
            "additive": False,
            "budget": {"amount": "1535200000.00"},
            "sumOfCells": {"amount": "1595200000.00"},
        }
    await route.fulfill(response=answer, body=json.dumps(matrix))


async def with_all_states(visit: Visit, size: tuple[int, int]) -> Any:
    page = await visit("/", size)
    await page.route("**/graphql", made_up)
    await page.goto("/")
    await shown(page)
    return page


async def test_each_state_has_its_own_label_mark_and_border_or_pattern(visit: Visit) -> None:
    page = await with_all_states(visit, LAPTOP)
    looks = []
    for state, label in LABELS.items():
        assert label in await page.inner_text(f'.key[data-state="{state}"]')
        assert label in (await page.text_content(f".cell.s-{state}") or "")
        assert await page.locator(f".cell.s-{state} .m-{state}").count() > 0
        looks.append(tuple((await page.evaluate(LOOK, state))[:3]))
    assert len(set(looks)) >= 6, looks


async def test_total_shows_that_its_cells_do_not_add_up(visit: Visit) -> None:
    page = await with_all_states(visit, LAPTOP)
    grand = await page.inner_text(".grand")
    assert "ได้รับ 1,535.2" in grand
    assert "ผลบวกของช่อง 1,595.2" in grand


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core: make npm")
@pytest.mark.parametrize("size", [LAPTOP, TABLET])
async def test_axe_finds_nothing_in_any_state(visit: Visit, size: tuple[int, int]) -> None:
    page = await with_all_states(visit, size)
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate(
        "axe.run(document).then(({ violations }) => violations.map((v) =>"
        " [v.id, v.nodes.slice(0, 2).map((n) => n.html + n.failureSummary)]))"
    )
    assert found == []
