import json

from tests.browser.page_loading import OpenPage, wait_until_loaded

CELLS = "[...document.querySelectorAll('#grid .cell')].map((c) => c.dataset.place + c.innerText)"


async def test_key_alone_restores_same_matrix(open_page: OpenPage) -> None:
    page = await open_page("/?chain=jasmine-rice-roi-et&area=45&fy=2554")
    before = await page.evaluate(CELLS)
    key = await page.evaluate("new URLSearchParams(location.search).get('key')")
    restored = await open_page(f"/?key={key}")
    assert len(before) == 44
    assert await restored.evaluate(CELLS) == before
    assert key in restored.url


async def test_url_restores_open_cell_and_language(open_page: OpenPage) -> None:
    page = await open_page("/?lang=en")
    await page.click('[data-place="CIVIL_SOCIETY~entrepreneurs"]')
    await page.wait_for_selector("#drawer .project")
    again = await open_page(page.url)
    assert "OTOP" in await again.inner_text("#drawer")
    assert await again.get_attribute("html", "lang") == "en"


async def test_key_takes_precedence_over_other_parameters(open_page: OpenPage) -> None:
    rice = await open_page("/?chain=jasmine-rice-roi-et&area=45&fy=2554")
    key = await rice.evaluate("new URLSearchParams(location.search).get('key')")
    page = await open_page(f"/?chain=tourism-east&area=C2552-09&fy=2554&key={key}")
    assert await page.locator("#grid .cell").count() == 44


async def test_invalid_key_shows_error(open_page: OpenPage) -> None:
    page = await open_page("/?key=abc")
    assert "คีย์ในลิงก์นี้ไม่ถูกต้อง" in await page.inner_text(".error-panel")


async def test_unknown_area_shows_error(open_page: OpenPage) -> None:
    page = await open_page("/?chain=tourism-east&area=C9999&fy=2554")
    assert "C9999" in await page.inner_text(".error-panel")


async def test_stage_axis_without_chain_shows_error(open_page: OpenPage) -> None:
    page = await open_page("/?fy=2554&rows=ACTOR_LEVEL&columns=STAGE")
    assert "ต้องเลือกห่วงโซ่คุณค่า" in await page.inner_text(".error-panel")
    assert await page.locator('#pick-rows option[value="STAGE"]:disabled').count() == 1


async def test_browser_back_returns_to_previous_matrix(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.click("#examples summary")
    await page.click('[data-example="exampleIndustry"]')
    await page.wait_for_function("() => document.querySelectorAll('#grid .cell').length === 30")
    await page.go_back()
    await page.wait_for_function("() => document.querySelectorAll('#grid .cell').length === 36")
    await wait_until_loaded(page)
    assert await page.inner_text("#title") == "ยุทธศาสตร์การท่องเที่ยว (กลุ่มจังหวัดภาคตะวันออก)"


async def test_copied_graphql_returns_same_matrix(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.click("#copy-graphql")
    copied = await page.evaluate("navigator.clipboard.readText()")
    response = await page.request.post(
        "/graphql",
        data=json.dumps({"query": copied}),
        headers={"content-type": "application/json"},
    )
    result = await response.json()
    assert "errors" not in result
    key = await page.evaluate("new URLSearchParams(location.search).get('key')")
    assert result["data"]["matrix"]["key"] == key
    assert result["data"]["matrix"]["total"]["projectCount"] == 15


async def test_copied_link_is_the_url(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.click("#copy-link")
    assert await page.evaluate("navigator.clipboard.readText()") == page.url
    assert "key=" in page.url
