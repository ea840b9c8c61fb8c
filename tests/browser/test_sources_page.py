"""The page of sources: what anybody sees, what an operator sees, what changes meanwhile."""

import json
from typing import Any

import pytest

from connectors.kit.files import create_file_pages
from connectors.registry import load_connectors
from hub.ingest.run import SourceInput, ingest
from tests.browser.page_visitor import PHONE, Visit, shown
from tests.browser.sources_hub import Operated
from tests.connectors.test_every_connector import sample_file

GRAPHQL = "**/graphql"
INCIDENT = "e" * 32


async def test_anonymous_visitor_sees_status_but_no_runs(look: Visit) -> None:
    page = await look("/sources")
    assert await page.locator("table.list").first.locator("tbody tr").count() == 9
    act = page.locator("tr:has([data-source=budget_act])")
    shown_text = await act.inner_text()
    for part in ("พระราชบัญญัติงบประมาณ", "สำนักนายกรัฐมนตรี", "เมื่อมีผู้สั่ง", "ปกติ", "2565", "2569"):
        assert part in shown_text
    assert "รอตรวจ" not in await page.inner_text("#list")
    await page.click("[data-source=budget_act]")
    await page.wait_for_selector("#one h2:has-text('พระราชบัญญัติ')")
    assert "source:operate" in await page.inner_text("#one")
    assert await page.locator("#one .ledger, #one .question").count() == 0


async def test_unhealthy_source_has_its_own_label_and_mark(look: Visit) -> None:
    page = await look("/sources")
    marks = await page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.list .chip')].map((chip) =>
            [chip.textContent, chip.querySelector('svg').innerHTML]))"""
    )
    assert set(marks) == {"ปกติ", "อ่านครั้งล่าสุดไม่สำเร็จ", "ยังไม่เคยนำเข้า"}
    assert len(set(marks.values())) == 3


async def test_covered_years_are_shown_as_a_strip_and_as_text(look: Visit) -> None:
    page = await look("/sources")
    strips = page.locator(".list").first.locator(".strip")
    widths = await strips.evaluate_all("all => all.map((s) => s.querySelectorAll('rect').length)")
    assert set(widths) == {8}
    town = page.locator("tr:has([data-source=beach_town_plan]) .strip")
    assert await town.locator("rect.held").count() == 3
    assert await town.inner_text() == "2566–2568 (3 ปี)"


async def test_an_operator_sees_the_ledger_in_records_and_in_baht(look: Visit) -> None:
    page = await look("/sources#budget_act", viewer="steward")
    rows = await page.locator(".ledger tbody tr").evaluate_all(
        "all => all.map((tr) => [...tr.children].map((cell) => cell.textContent))"
    )
    shown_text = {name: rest for name, *rest in rows}
    assert shown_text["ใหม่"] == ["2", "–", "1,250,800.50"]
    assert shown_text["รอตรวจ"] == ["9", "7,000,000.00", "14,503,000.50"]
    assert shown_text["อ่านทั้งหมด"] == ["11", "7,000,000.00", "15,753,801.00"]
    assert "บัญชีลงตัว" in await page.inner_text(".balanced")


async def test_rejected_run_shows_its_reason_in_the_page_language(look: Visit) -> None:
    page = await look("/sources#contracts", viewer="steward")
    assert "ไม่รู้จักคอลัมน์ winner_rank" in await page.inner_text(".why")
    assert "unknown column" not in await page.inner_text(".why")
    await page.click("#language")
    assert "unknown column winner_rank" in await page.inner_text(".why")


async def test_source_of_another_agency_shows_its_owner_and_no_runs(look: Visit) -> None:
    page = await look("/sources", viewer="agriculture")
    others = await page.inner_text("tr:has([data-source=budget_act]) .c-waitingRows")
    assert "ของหน่วยงานอื่น" in others
    ours = await page.inner_text("tr:has([data-source=moac_projects]) .c-waitingRows")
    assert "2" in ours
    await page.click("[data-source=budget_act]")
    await page.wait_for_selector("#one .banner")
    assert "หน่วยงานเจ้าของ" in await page.inner_text("#one .banner")


async def test_a_source_is_a_link_and_back_goes_back(look: Visit) -> None:
    page = await look("/sources#tourism_register")
    assert "กระทรวงการท่องเที่ยว" in await page.inner_text("#one-title")
    await page.keyboard.press("Escape")
    await page.wait_for_selector("#one", state="hidden")
    focused = await page.evaluate("document.activeElement.dataset.source")
    assert focused == "tourism_register"
    await page.go_back()
    await page.wait_for_selector("#one-title:has-text('กระทรวงการท่องเที่ยว')")
    await page.goto("/sources#nonesuch")
    await page.wait_for_selector("#one .banner")
    assert "nonesuch" in await page.inner_text("#one .banner")


async def test_who_signs_in_comes_back_to_the_source_and_operates_it(visit: Visit) -> None:
    page = await visit("/sources#budget_act")
    assert "source:operate" in await page.inner_text("#one")
    await page.click("#person a")
    await page.select_option("#demo select[name=agency]", "ministry:01")
    await page.select_option("#demo select[name=role]", "OFFICER")
    await page.locator("#demo form:has(select) button").click()
    await page.wait_for_selector("#one code:has-text('hub ingest budget_act')")
    assert "สำนักนายกรัฐมนตรี" in await page.inner_text("#person")
    await page.wait_for_selector("[data-live=on]")
    contracts = await page.inner_text("tr:has([data-source=contracts]) .c-waitingRows")
    assert "ของหน่วยงานอื่น" in contracts


async def test_every_page_leads_to_the_sources(visit: Visit) -> None:
    for path in ("/", "/query"):
        page = await visit(path)
        await page.click("#views a[href='/sources']")
        await shown(page)
        assert await page.inner_text("h1") == "แหล่งข้อมูล"


async def test_hub_without_ingested_sources_shows_how_to_begin(visit: Visit) -> None:
    page = await visit("/sources")
    shown_text = await page.inner_text("#nothing")
    assert "ยังไม่เคยนำเข้าแหล่งข้อมูลใด" in shown_text
    assert "make fill" in shown_text


async def test_a_run_that_ends_shows_by_itself(work: Visit, own: Operated) -> None:
    page = await work("/sources", viewer="steward")
    await page.wait_for_selector("[data-live=on]")
    row = "tr:has([data-source=interior_disbursements])"
    assert "ยังไม่เคยนำเข้า" in await page.inner_text(row)
    one = load_connectors(own.sources)["interior_disbursements"]
    path = sample_file(one)
    await ingest(
        own.database,
        one.spec,
        one.read,
        SourceInput(create_file_pages(path, one.spec), path.name, "1"),
    )
    await page.wait_for_selector(f"{row} .h-OK")
    assert "จบหนึ่งรอบ" in await page.inner_text("#live")


async def test_lost_subscription_shows_a_reload_notice(look: Visit) -> None:
    page = await look("/sources")
    await page.route("**/graphql?*", lambda route: route.abort())
    await page.goto("/sources?lang=th")
    await page.wait_for_selector("[data-live=lost]")
    assert "อ่านใหม่" in await page.inner_text("#live")
    await shown(page)
    assert await page.locator("table.list").count() == 2


async def test_error_is_shown_with_its_incident_number(look: Visit) -> None:
    page = await look("/sources")

    async def fail(route: Any) -> None:
        error = {"message": "internal", "extensions": {"code": "INTERNAL", "traceId": INCIDENT}}
        body = json.dumps({"errors": [error]})
        await route.fulfill(status=500, content_type="application/json", body=body)

    await page.route(GRAPHQL, fail)
    await page.goto("/sources?lang=en")
    await page.wait_for_selector(".trouble")
    assert INCIDENT in await page.inner_text(".trouble")
    await page.unroute(GRAPHQL)
    await page.click(".trouble button")
    await page.wait_for_selector("table.list")


async def test_values_of_a_source_are_escaped(look: Visit) -> None:
    page = await look("/sources", viewer="steward")

    async def wicked(route: Any) -> None:
        answer = await route.fetch()
        text = (await answer.text()).replace("จังหวัดสิงค์บุรี", "<img src=x onerror=alert(1)>")
        await route.fulfill(response=answer, body=text)

    await page.route(GRAPHQL, wicked)
    await page.goto("/sources#budget_act")
    await page.reload()
    await page.wait_for_selector(".question")
    assert await page.locator("#one img").count() == 0
    assert "<img src=x" in await page.inner_text("#one .questions")


async def test_print_shows_the_figures_without_controls(look: Visit) -> None:
    page = await look("/sources#budget_act", viewer="steward")
    await page.emulate_media(media="print")
    assert await page.is_visible(".ledger")
    for control in ("#bar", "#views", ".ruling", "#list"):
        assert not await page.locator(control).first.is_visible()


@pytest.mark.parametrize("viewer", ["", "steward"])
async def test_a_telephone_shows_one_thing_at_a_time(look: Visit, viewer: str) -> None:
    page = await look("/sources", PHONE, viewer=viewer)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.click("[data-source=budget_act]")
    await page.wait_for_selector("#one h2:has-text('พระราชบัญญัติ')")
    assert not await page.is_visible("#list")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.click("#back")
    await page.wait_for_selector("#list")
