import asyncio
import json
from typing import Any

from tests.browser.page_loading import OpenPage, wait_until_loaded

GRAPHQL = "**/graphql"
INCIDENT = "f" * 32


async def fail(route: Any) -> None:
    error = {"message": "internal", "extensions": {"code": "INTERNAL", "traceId": INCIDENT}}
    await route.fulfill(
        status=500, content_type="application/json", body=json.dumps({"errors": [error]})
    )


async def test_server_error_shows_reference_number_and_can_be_retried(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.route(GRAPHQL, fail)
    await page.click("#examples summary")
    await page.click('[data-example="exampleIndustry"]')
    await page.wait_for_selector(".error-panel")
    message = await page.inner_text(".error-panel")
    assert "โหลดข้อมูลไม่สำเร็จ" in message
    assert INCIDENT in message
    await page.unroute(GRAPHQL)
    await page.click(".error-panel button")
    await page.wait_for_function("() => document.querySelectorAll('#grid .cell').length === 30")


async def test_matrix_stays_visible_while_hub_is_unreachable(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.context.set_offline(True)
    await page.wait_for_selector(".banner.off")
    assert "ติดต่อระบบไม่ได้" in await page.inner_text(".banner.off")
    assert await page.locator("#grid .cell").count() == 36
    await page.context.set_offline(False)
    await page.wait_for_selector(".banner.off", state="detached")


async def test_first_visit_without_hub_shows_offline_error(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.route(GRAPHQL, lambda route: route.abort())
    await page.goto("/?chain=industry&fy=2554")
    await page.wait_for_selector(".error-panel")
    assert "ติดต่อระบบไม่ได้" in await page.inner_text(".error-panel")


async def test_unready_hub_is_queried_again_automatically(open_page: OpenPage) -> None:
    page = await open_page("/")
    requests = 0

    async def unready(route: Any) -> None:
        nonlocal requests
        requests += 1
        if requests > 1:
            await route.continue_()
            return
        error = {"message": "…", "extensions": {"code": "UNREADY", "retryAfter": 1}}
        await route.fulfill(
            status=503, content_type="application/json", body=json.dumps({"errors": [error]})
        )

    await page.route(GRAPHQL, unready)
    await page.goto("/")
    await page.wait_for_selector(".t-unready")
    assert "ระบบกำลังเตรียมข้อมูล" in await page.inner_text(".error-panel")
    await page.wait_for_selector("#grid")


async def test_slow_network_shows_loading_message(open_page: OpenPage) -> None:
    page = await open_page("/")

    async def slow(route: Any) -> None:
        await asyncio.sleep(1.5)
        await route.continue_()

    await page.route(GRAPHQL, slow)
    await page.goto("/")
    await page.wait_for_selector(".loading")
    assert "กำลังโหลดเมทริกซ์" in await page.inner_text(".loading")
    assert await page.get_attribute("#board", "aria-busy") == "true"
    await wait_until_loaded(page)
    assert await page.locator("#grid .cell").count() == 36


async def test_query_without_projects_shows_notice(open_page: OpenPage) -> None:
    page = await open_page("/?chain=agri-food&fy=2560")
    assert "ไม่มีโครงการที่ตรงกับเงื่อนไขนี้" in await page.inner_text(".banner.empty")
    assert await page.locator('.cell[data-state="GAP"]').count() > 0


async def test_html_in_names_is_shown_as_text(open_page: OpenPage) -> None:
    page = await open_page("/")

    async def inject_html(route: Any) -> None:
        response = await route.fetch()
        text = (await response.text()).replace("หมู่บ้าน OTOP", "<img src=x onerror=alert(1)>")
        await route.fulfill(response=response, body=text)

    await page.route(GRAPHQL, inject_html)
    await page.goto("/")
    await wait_until_loaded(page)
    assert await page.locator("#grid img").count() == 0
    assert "<img src=x" in await page.inner_text('[data-place="CIVIL_SOCIETY~entrepreneurs"]')
