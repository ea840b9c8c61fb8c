from typing import Any

from tests.browser.page_visitor import Visit

WRONG = "{\n  areas(level: CLUSTER) {\n    nodes { code nam }\n  }\n}"


async def answered(page: Any) -> str:
    await page.wait_for_function("() => document.querySelector('#answer').dataset.full")
    text: str = await page.inner_text("#answer")
    return text


async def test_every_example_is_answered_without_an_error(visit: Visit) -> None:
    page = await visit("/query")
    examples = await page.locator("[data-example]").all()
    assert len(examples) >= 8
    for example in examples:
        await page.evaluate("delete document.querySelector('#answer').dataset.full")
        await example.click()
        assert '"' in await answered(page)
        assert await page.locator("#problems p").count() == 0


async def test_ctrl_enter_sends_the_query_with_its_variables(visit: Visit) -> None:
    page = await visit("/query")
    await page.fill(
        "#query", "query Place($code: String!) { area(by: { code: $code }) { name { th } } }"
    )
    await page.click("#variables-label")
    await page.fill("#variables", '{"code": "20"}')
    await page.focus("#query")
    await page.keyboard.press("Control+Enter")
    assert "ชลบุรี" in await answered(page)


async def test_an_error_is_shown_at_its_line_and_column(visit: Visit) -> None:
    page = await visit("/query")
    await page.fill("#query", WRONG)
    await page.click("#run")
    await page.wait_for_selector("#problems .goto")
    assert await page.inner_text("#problems .goto") == "บรรทัด 3 คอลัมน์ 18"
    assert "3" in await page.inner_text("#gutter .wrong")
    await page.click("#problems .goto")
    assert await page.evaluate("document.querySelector('#query').selectionStart") == WRONG.index(
        "nam }"
    )


async def test_variables_that_are_not_json_show_an_error(visit: Visit) -> None:
    page = await visit("/query")
    await page.click("#variables-label")
    await page.fill("#variables", "{oops")
    await page.click("#run")
    assert "ตัวแปรไม่ใช่ JSON" in await page.inner_text("#problems")


async def test_query_history_is_stored_in_the_browser(visit: Visit) -> None:
    page = await visit("/query")
    await page.fill("#query", "# ถามเล่น\n{ __typename }")
    await page.click("#run")
    await answered(page)
    await page.reload()
    await page.click('#history button:has-text("ถามเล่น")')
    assert "__typename" in await page.input_value("#query")
    await page.click("#clear")
    assert await page.locator("#history .pick").count() == 0


async def test_the_schema_is_searched_by_thai_and_by_name(visit: Visit) -> None:
    page = await visit("/query")
    await page.fill("#search", "ห่วงโซ่คุณค่า")
    assert await page.locator('[data-type="ValueChain"]').count() == 1
    await page.fill("#search", "MatrixInput")
    assert "fiscalYears" in await page.inner_text('[data-type="MatrixInput"]')


async def test_a_link_carries_the_question(visit: Visit) -> None:
    page = await visit("/query")
    await page.fill("#query", "{ areas(level: REGION) { nodes { code } } }")
    await page.click("#share-query")
    again = await visit(page.url)
    assert "REGION" in await again.input_value("#query")


async def test_the_page_speaks_english(visit: Visit) -> None:
    page = await visit("/query?lang=en")
    assert await page.get_attribute("html", "lang") == "en"
    assert "Example questions" in await page.inner_text("#left")
