import json

from tests.browser.page_visitor import Visit, shown

CELLS = "[...document.querySelectorAll('#grid .cell')].map((c) => c.dataset.place + c.innerText)"


async def test_a_key_alone_restores_the_same_matrix(visit: Visit) -> None:
    page = await visit("/?chain=jasmine-rice-roi-et&area=45&fy=2554")
    before = await page.evaluate(CELLS)
    key = await page.evaluate("new URLSearchParams(location.search).get('key')")
    restored = await visit(f"/?key={key}")
    assert len(before) == 44
    assert await restored.evaluate(CELLS) == before
    assert key in restored.url


async def test_the_whole_address_restores_the_open_cell_and_the_language(visit: Visit) -> None:
    page = await visit("/?lang=en")
    await page.click('[data-place="CIVIL_SOCIETY~entrepreneurs"]')
    await page.wait_for_selector("#drawer .project")
    again = await visit(page.url)
    assert "OTOP" in await again.inner_text("#drawer")
    assert await again.get_attribute("html", "lang") == "en"


async def test_where_the_parts_and_the_key_disagree_the_key_is_believed(visit: Visit) -> None:
    rice = await visit("/?chain=jasmine-rice-roi-et&area=45&fy=2554")
    key = await rice.evaluate("new URLSearchParams(location.search).get('key')")
    page = await visit(f"/?chain=tourism-east&area=C2552-09&fy=2554&key={key}")
    assert await page.locator("#grid .cell").count() == 44


async def test_damaged_key_shows_an_error(visit: Visit) -> None:
    page = await visit("/?key=abc")
    assert "กุญแจในลิงก์นี้ใช้ไม่ได้" in await page.inner_text(".trouble")


async def test_unknown_area_shows_an_error(visit: Visit) -> None:
    page = await visit("/?chain=tourism-east&area=C9999&fy=2554")
    assert "C9999" in await page.inner_text(".trouble")


async def test_stages_without_a_chain_show_an_error(visit: Visit) -> None:
    page = await visit("/?fy=2554&rows=ACTOR_LEVEL&columns=STAGE")
    assert "ต้องเลือกห่วงโซ่คุณค่า" in await page.inner_text(".trouble")
    assert await page.locator('#pick-rows option[value="STAGE"]:disabled').count() == 1


async def test_back_returns_to_the_matrix_before(visit: Visit) -> None:
    page = await visit("/")
    await page.click('[data-example="exampleIndustry"]')
    await page.wait_for_function("() => document.querySelectorAll('#grid .cell').length === 30")
    await page.go_back()
    await page.wait_for_function("() => document.querySelectorAll('#grid .cell').length === 36")
    await shown(page)
    assert await page.inner_text("#title") == "ยุทธศาสตร์การท่องเที่ยว (กลุ่มจังหวัดภาคตะวันออก)"


async def test_copied_graphql_returns_the_same_matrix(visit: Visit) -> None:
    page = await visit("/")
    await page.click("#copy-graphql")
    copied = await page.evaluate("navigator.clipboard.readText()")
    answer = await page.request.post(
        "/graphql",
        data=json.dumps({"query": copied}),
        headers={"content-type": "application/json"},
    )
    answer = await answer.json()
    assert "errors" not in answer
    key = await page.evaluate("new URLSearchParams(location.search).get('key')")
    assert answer["data"]["matrix"]["key"] == key
    assert answer["data"]["matrix"]["total"]["projectCount"] == 15


async def test_the_copied_link_is_the_address(visit: Visit) -> None:
    page = await visit("/")
    await page.click("#copy-link")
    assert await page.evaluate("navigator.clipboard.readText()") == page.url
    assert "key=" in page.url
