from typing import Any

from tests.browser.page_loading import OpenPage

INVALID_QUERY = "{\n  areas(level: CLUSTER) {\n    nodes { code nam }\n  }\n}"


async def response_text(page: Any) -> str:
    """Wait for the response and return it."""
    await page.wait_for_function("() => document.querySelector('#answer').dataset.full")
    text: str = await page.inner_text("#answer")
    return text


async def test_every_example_runs_without_errors(open_page: OpenPage) -> None:
    page = await open_page("/query")
    await page.locator("[data-example]").first.wait_for()
    examples = await page.locator("[data-example]").all()
    assert len(examples) >= 8
    for example in examples:
        await page.evaluate("delete document.querySelector('#answer').dataset.full")
        await example.click()
        assert '"' in await response_text(page)
        assert await page.locator("#problems p").count() == 0


async def test_ctrl_enter_runs_query_with_variables(open_page: OpenPage) -> None:
    page = await open_page("/query")
    await page.fill(
        "#query", "query Place($code: String!) { area(by: { code: $code }) { name { th } } }"
    )
    await page.click("#variables-label")
    await page.fill("#variables", '{"code": "20"}')
    await page.focus("#query")
    await page.keyboard.press("Control+Enter")
    assert "ชลบุรี" in await response_text(page)


async def test_error_is_shown_at_its_line_and_column(open_page: OpenPage) -> None:
    page = await open_page("/query")
    await page.fill("#query", INVALID_QUERY)
    await page.click("#run")
    await page.wait_for_selector("#problems .goto")
    assert await page.inner_text("#problems .goto") == "บรรทัด 3 คอลัมน์ 18"
    assert "3" in await page.inner_text("#gutter .wrong")
    await page.click("#problems .goto")
    assert await page.evaluate(
        "document.querySelector('#query').selectionStart"
    ) == INVALID_QUERY.index("nam }")


async def test_invalid_variables_show_error(open_page: OpenPage) -> None:
    page = await open_page("/query")
    await page.click("#variables-label")
    await page.fill("#variables", "{oops")
    await page.click("#run")
    assert "ตัวแปรไม่ใช่ JSON" in await page.inner_text("#problems")


async def test_query_history_is_stored_until_cleared(open_page: OpenPage) -> None:
    page = await open_page("/query")
    await page.fill("#query", "# ถามเล่น\n{ __typename }")
    await page.click("#run")
    await response_text(page)
    await page.reload()
    await page.click('#history button:has-text("ถามเล่น")')
    assert "__typename" in await page.input_value("#query")
    await response_text(page)  # the query is added to the history when its response arrives
    await page.click("#clear")
    assert await page.locator("#history .pick").count() == 0


async def test_schema_search_finds_thai_text_and_type_names(open_page: OpenPage) -> None:
    page = await open_page("/query")
    await page.fill("#search", "ห่วงโซ่คุณค่า")
    assert await page.locator('[data-type="ValueChain"]').count() == 1
    await page.fill("#search", "MatrixInput")
    assert "fiscalYears" in await page.inner_text('[data-type="MatrixInput"]')


async def test_copied_link_contains_the_query(open_page: OpenPage) -> None:
    page = await open_page("/query")
    await page.fill("#query", "{ areas(level: REGION) { nodes { code } } }")
    await page.click("#share-query")
    again = await open_page(page.url)
    assert "REGION" in await again.input_value("#query")


async def test_query_page_is_shown_in_english(open_page: OpenPage) -> None:
    page = await open_page("/query?lang=en")
    assert await page.get_attribute("html", "lang") == "en"
    assert "Example queries" in await page.inner_text("#left")
