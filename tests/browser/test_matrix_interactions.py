"""Rows are moved and cells marked: sorting, filtering, colouring and opening draw nothing again."""

import pytest

from tests.browser.page_loading import OpenPage
from tests.browser.test_country import COUNTRY, heads

SORT, FILTER = "#row-order", "#row-filter"


@pytest.mark.parametrize("action", ["sort", "filter", "colour", "highlight", "open"])
async def test_cells_are_moved_and_marked_and_not_drawn_again(
    open_nation_page: OpenPage, action: str
) -> None:
    page = await open_nation_page(COUNTRY)
    await page.evaluate("for (const e of document.querySelectorAll('#grid td')) e.isKept = true")
    match action:
        case "sort":
            await page.select_option(SORT, "money")
        case "filter":
            await page.fill(FILTER, "เชียง")
            await page.fill(FILTER, "")
        case "colour":
            await page.click("[data-show=heat]")
        case "highlight":
            await page.click("#legend .key")
        case "open":
            await page.click("#grid .tot.opens >> nth=0")
            await page.wait_for_selector("#figure-list")
    drawn = await page.evaluate("[...document.querySelectorAll('#grid td')].map((e) => e.isKept)")
    assert len(drawn) > 500
    assert all(drawn[1:])
    await page.click("#language")  # in other words every cell is drawn again
    await page.wait_for_selector("html[lang=en]")
    assert not await page.evaluate("document.querySelector('#grid .cell').isKept ?? false")


async def test_arrows_follow_the_order_and_the_filter_of_the_rows(
    open_nation_page: OpenPage,
) -> None:
    page = await open_nation_page(COUNTRY)
    await page.select_option(SORT, "money")
    order = await heads(page)
    await page.focus(f"#grid tr:has([data-head='{order[0]}']) .cell")
    await page.keyboard.press("ArrowDown")
    row_of_focus = "document.activeElement.parentElement.querySelector('th').dataset.head"
    assert await page.evaluate(row_of_focus) == order[1]
    await page.fill(FILTER, "เชียง")
    first, second = await heads(page)
    await page.focus(f"#grid tr:has([data-head='{first}']) .cell")
    await page.keyboard.press("ArrowDown")
    assert await page.evaluate(row_of_focus) == second
    await page.keyboard.press("ArrowDown")
    assert await page.evaluate("document.activeElement.matches('.sum .tot')")
    assert await page.locator("#grid [tabindex='0']").count() == 1


async def test_open_place_alone_is_selected(open_nation_page: OpenPage) -> None:
    page = await open_nation_page(f"{COUNTRY}&cell=~")
    selected = page.locator("#grid [aria-selected=true]")
    assert [await one.get_attribute("data-place") for one in await selected.all()] == ["~"]
    cell = page.locator("#grid .cell >> nth=0")
    await cell.click()
    assert [await one.get_attribute("data-place") for one in await selected.all()] == [
        await cell.get_attribute("data-place")
    ]
    await page.keyboard.press("Escape")
    assert await selected.count() == 0


async def test_colours_are_removed_again(open_nation_page: OpenPage) -> None:
    page = await open_nation_page(COUNTRY)
    ground = "getComputedStyle(document.querySelector('#grid .s-COVERED.cell')).backgroundColor"
    plain = await page.evaluate(ground)
    await page.click("[data-show=heat]")
    assert await page.evaluate(ground) != plain
    assert await page.locator(".heatkey .step").count() > 1
    await page.click("[data-show=figures]")
    assert await page.evaluate(ground) == plain
    assert await page.locator(".heatkey").count() == 0
