"""The page of sources: public facts, the operator's view, live updates."""

import json
from typing import Any

import pytest

from connectors.kit.files import create_file_pages
from connectors.registry import load_connectors
from hub.ingest.run import SourceInput, ingest
from tests.browser.page_loading import PHONE, OpenPage, wait_until_loaded
from tests.browser.source_hub import SourceHub
from tests.connectors.test_every_connector import sample_file

GRAPHQL = "**/graphql"
INCIDENT = "e" * 32


async def test_anonymous_viewer_sees_state_of_every_source_without_runs(
    open_source_page: OpenPage,
) -> None:
    page = await open_source_page("/sources")
    assert await page.locator("table.list").first.locator("tbody tr").count() == 9
    act = page.locator("tr:has([data-source=budget_act])")
    text = await act.inner_text()
    for part in ("พระราชบัญญัติงบประมาณ", "สำนักนายกรัฐมนตรี", "เมื่อมีผู้สั่ง", "ปกติ", "2565", "2569"):
        assert part in text
    assert "รอตรวจ" not in await page.inner_text("#list")
    await page.click("[data-source=budget_act]")
    await page.wait_for_selector("#one h2:has-text('พระราชบัญญัติ')")
    assert "source:operate" in await page.inner_text("#one")
    assert await page.locator("#one .ledger, #one .question").count() == 0


async def test_each_health_has_own_label_and_mark(open_source_page: OpenPage) -> None:
    page = await open_source_page("/sources")
    marks = await page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.list .chip')].map((chip) =>
            [chip.textContent, chip.querySelector('svg').innerHTML]))"""
    )
    assert set(marks) == {"ปกติ", "อ่านครั้งล่าสุดไม่สำเร็จ", "ยังไม่เคยนำเข้า"}
    assert len(set(marks.values())) == 3


async def test_coverage_is_shown_as_strip_on_one_scale_and_as_text(
    open_source_page: OpenPage,
) -> None:
    page = await open_source_page("/sources")
    strips = page.locator(".list").first.locator(".strip")
    widths = await strips.evaluate_all("all => all.map((s) => s.querySelectorAll('rect').length)")
    assert set(widths) == {8}
    town = page.locator("tr:has([data-source=beach_town_plan]) .strip")
    assert await town.locator("rect.covered-year").count() == 3
    assert await town.inner_text() == "2566–2568 (3 ปี)"


async def test_operator_sees_ledger_in_records_and_baht(open_source_page: OpenPage) -> None:
    page = await open_source_page("/sources#budget_act", viewer="steward")
    rows = await page.locator(".ledger tbody tr").evaluate_all(
        "all => all.map((tr) => [...tr.children].map((cell) => cell.textContent))"
    )
    ledger = {name: rest for name, *rest in rows}
    assert ledger["ใหม่"] == ["2", "–", "1,250,800.50"]
    assert ledger["รอตรวจ"] == ["9", "7,000,000.00", "14,503,000.50"]
    assert ledger["อ่านทั้งหมด"] == ["11", "7,000,000.00", "15,753,801.00"]
    assert "บัญชีลงตัว" in await page.inner_text(".balanced")


async def test_run_error_is_shown_in_current_language(open_source_page: OpenPage) -> None:
    page = await open_source_page("/sources#contracts", viewer="steward")
    assert "ไม่รู้จักคอลัมน์ winner_rank" in await page.inner_text(".why")
    assert "unknown column" not in await page.inner_text(".why")
    await page.click("#language")
    assert "unknown column winner_rank" in await page.inner_text(".why")


async def test_source_of_other_agency_shows_owner_hint_without_runs(
    open_source_page: OpenPage,
) -> None:
    page = await open_source_page("/sources", viewer="agriculture")
    others = await page.inner_text("tr:has([data-source=budget_act]) .c-waitingRows")
    assert "ของหน่วยงานอื่น" in others
    ours = await page.inner_text("tr:has([data-source=moac_projects]) .c-waitingRows")
    assert "2" in ours
    await page.click("[data-source=budget_act]")
    await page.wait_for_selector("#one .banner")
    assert "หน่วยงานเจ้าของ" in await page.inner_text("#one .banner")


async def test_source_opens_by_link_and_browser_back(open_source_page: OpenPage) -> None:
    page = await open_source_page("/sources#tourism_register")
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


async def test_sign_in_returns_to_source_with_operator_view(open_page: OpenPage) -> None:
    page = await open_page("/sources#budget_act")
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


async def test_every_page_links_to_sources(open_page: OpenPage) -> None:
    for path in ("/", "/query"):
        page = await open_page(path)
        await page.click("#views a[href='/sources']")
        await wait_until_loaded(page)
        assert await page.inner_text("h1") == "แหล่งข้อมูล"


async def test_hub_without_imports_shows_commands(open_page: OpenPage) -> None:
    page = await open_page("/sources")
    text = await page.inner_text("#no-data")
    assert "ยังไม่เคยนำเข้าแหล่งข้อมูลใด" in text
    assert "make fill" in text


async def test_ended_run_is_shown_without_reload(
    open_editable_page: OpenPage, editable_hub: SourceHub
) -> None:
    page = await open_editable_page("/sources", viewer="steward")
    await page.wait_for_selector("[data-live=on]")
    row = "tr:has([data-source=interior_disbursements])"
    assert "ยังไม่เคยนำเข้า" in await page.inner_text(row)
    one = load_connectors(editable_hub.sources)["interior_disbursements"]
    path = sample_file(one)
    await ingest(
        editable_hub.database,
        one.spec,
        one.read,
        SourceInput(create_file_pages(path, one.spec), path.name, "1"),
    )
    await page.wait_for_selector(f"{row} .h-OK")
    assert "จบหนึ่งรอบ" in await page.inner_text("#live")


async def test_lost_live_updates_show_reload_hint(open_source_page: OpenPage) -> None:
    page = await open_source_page("/sources")
    await page.route("**/graphql?*", lambda route: route.abort())
    await page.goto("/sources?lang=th")
    await page.wait_for_selector("[data-live=lost]")
    assert "โหลดใหม่" in await page.inner_text("#live")
    await wait_until_loaded(page)
    assert await page.locator("table.list").count() == 2


async def test_server_error_shows_reference_number_and_retry(open_source_page: OpenPage) -> None:
    page = await open_source_page("/sources")

    async def fail(route: Any) -> None:
        error = {"message": "internal", "extensions": {"code": "INTERNAL", "traceId": INCIDENT}}
        body = json.dumps({"errors": [error]})
        await route.fulfill(status=500, content_type="application/json", body=body)

    await page.route(GRAPHQL, fail)
    await page.goto("/sources?lang=en")
    await page.wait_for_selector(".error-panel")
    assert INCIDENT in await page.inner_text(".error-panel")
    await page.unroute(GRAPHQL)
    await page.click(".error-panel button")
    await page.wait_for_selector("table.list")


async def test_html_in_source_data_is_shown_as_text(open_source_page: OpenPage) -> None:
    page = await open_source_page("/sources", viewer="steward")

    async def inject_html(route: Any) -> None:
        response = await route.fetch()
        text = (await response.text()).replace("จังหวัดสิงค์บุรี", "<img src=x onerror=alert(1)>")
        await route.fulfill(response=response, body=text)

    await page.route(GRAPHQL, inject_html)
    await page.goto("/sources#budget_act")
    await page.reload()
    await page.wait_for_selector(".question")
    assert await page.locator("#one img").count() == 0
    assert "<img src=x" in await page.inner_text("#one .questions")


async def test_print_shows_ledger_without_controls(open_source_page: OpenPage) -> None:
    page = await open_source_page("/sources#budget_act", viewer="steward")
    await page.emulate_media(media="print")
    assert await page.is_visible(".ledger")
    for control in ("#bar", "#views", ".ruling", "#list"):
        assert not await page.locator(control).first.is_visible()


@pytest.mark.parametrize("viewer", ["", "steward"])
async def test_phone_shows_either_list_or_source(open_source_page: OpenPage, viewer: str) -> None:
    page = await open_source_page("/sources", PHONE, viewer=viewer)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.click("[data-source=budget_act]")
    await page.wait_for_selector("#one h2:has-text('พระราชบัญญัติ')")
    assert not await page.is_visible("#list")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.click("#back")
    await page.wait_for_selector("#list")
