import asyncio
import json
from typing import Any

from tests.browser.page_visitor import Visit, shown

GRAPHQL = "**/graphql"
INCIDENT = "f" * 32


async def fail(route: Any) -> None:
    error = {"message": "internal", "extensions": {"code": "INTERNAL", "traceId": INCIDENT}}
    await route.fulfill(
        status=500, content_type="application/json", body=json.dumps({"errors": [error]})
    )


async def test_an_error_shows_its_incident_number_and_can_be_retried(visit: Visit) -> None:
    page = await visit("/")
    await page.route(GRAPHQL, fail)
    await page.click('[data-example="exampleIndustry"]')
    await page.wait_for_selector(".trouble")
    shown_text = await page.inner_text(".trouble")
    assert "อ่านไม่สำเร็จ" in shown_text
    assert INCIDENT in shown_text
    await page.unroute(GRAPHQL)
    await page.click(".trouble button")
    await page.wait_for_function("() => document.querySelectorAll('#grid .cell').length === 30")


async def test_while_the_hub_is_out_of_reach_what_was_read_stays(visit: Visit) -> None:
    page = await visit("/")
    await page.context.set_offline(True)
    await page.wait_for_selector(".banner.off")
    assert "ติดต่อระบบไม่ได้" in await page.inner_text(".banner.off")
    assert await page.locator("#grid .cell").count() == 36
    await page.context.set_offline(False)
    await page.wait_for_selector(".banner.off", state="detached")


async def test_first_visit_without_the_hub_shows_an_error(visit: Visit) -> None:
    page = await visit("/")
    await page.route(GRAPHQL, lambda route: route.abort())
    await page.goto("/?chain=industry&fy=2554")
    await page.wait_for_selector(".trouble")
    assert "ติดต่อระบบไม่ได้" in await page.inner_text(".trouble")


async def test_request_to_a_starting_hub_is_repeated(visit: Visit) -> None:
    page = await visit("/")
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
    assert "ระบบกำลังเตรียมข้อมูล" in await page.inner_text(".trouble")
    await page.wait_for_selector("#grid")


async def test_slow_network_shows_a_frame_with_a_label(visit: Visit) -> None:
    page = await visit("/")

    async def slow(route: Any) -> None:
        await asyncio.sleep(1.5)
        await route.continue_()

    await page.route(GRAPHQL, slow)
    await page.goto("/")
    await page.wait_for_selector(".loading")
    assert "กำลังอ่านเมทริกซ์" in await page.inner_text(".loading")
    assert await page.get_attribute("#board", "aria-busy") == "true"
    await shown(page)
    assert await page.locator("#grid .cell").count() == 36


async def test_matrix_without_projects_shows_where_to_start(visit: Visit) -> None:
    page = await visit("/?chain=agri-food&fy=2560")
    assert "ยังไม่มีโครงการในคำถามนี้" in await page.inner_text(".banner.empty")
    assert await page.locator('.cell[data-state="GAP"]').count() > 0


async def test_names_are_escaped(visit: Visit) -> None:
    page = await visit("/")

    async def wicked(route: Any) -> None:
        answer = await route.fetch()
        text = (await answer.text()).replace("หมู่บ้าน OTOP", "<img src=x onerror=alert(1)>")
        await route.fulfill(response=answer, body=text)

    await page.route(GRAPHQL, wicked)
    await page.goto("/")
    await shown(page)
    assert await page.locator("#grid img").count() == 0
    assert "<img src=x" in await page.inner_text('[data-place="CIVIL_SOCIETY~entrepreneurs"]')
