from typing import Any

from tests.browser.page_visitor import Visit, shown

PLACE = "document.activeElement.dataset.place ?? document.activeElement.id"


async def here(page: Any) -> str:
    place: str = await page.evaluate(PLACE)
    return place


async def test_the_skip_link_is_first_and_leads_to_the_matrix(visit: Visit) -> None:
    page = await visit("/")
    await page.keyboard.press("Tab")
    assert await here(page) == "skip"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    assert await here(page) == "MINISTRY~attractions"


async def test_arrows_home_and_end_walk_the_grid(visit: Visit) -> None:
    page = await visit("/")
    await page.focus('[data-place="MINISTRY~attractions"]')
    for key, place in (
        ("ArrowRight", "MINISTRY~transport"),
        ("ArrowDown", "CLUSTER~transport"),
        ("End", "CLUSTER~investment-incentives"),
        ("Home", "CLUSTER~attractions"),
        ("ArrowUp", "MINISTRY~attractions"),
        ("ArrowUp", "MINISTRY~attractions"),
        ("Control+End", "CIVIL_SOCIETY~investment-incentives"),
    ):
        await page.keyboard.press(key)
        assert await here(page) == place


async def test_g_goes_to_the_next_gap_and_around_the_end(visit: Visit) -> None:
    page = await visit("/")
    await page.focus('[data-place="MINISTRY~attractions"]')
    await page.keyboard.press("g")
    assert await here(page) == "MINISTRY~entrepreneurs"
    await page.keyboard.press("Control+End")
    await page.keyboard.press("g")
    assert await here(page) == "MINISTRY~entrepreneurs"


async def test_enter_opens_a_cell_and_escape_returns_the_focus(visit: Visit) -> None:
    page = await visit("/")
    await page.focus('[data-place="LOCAL~transport"]')
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#drawer .project")
    assert await here(page) == "drawer-title"
    assert "cell=LOCAL" in page.url
    await page.keyboard.press("Escape")
    assert not await page.is_visible("#drawer")
    assert await here(page) == "LOCAL~transport"


async def test_only_one_cell_is_in_the_order_of_tabs(visit: Visit) -> None:
    page = await visit("/")
    assert await page.locator('#grid .cell[tabindex="0"]').count() == 1
    await page.focus('[data-place="PROVINCE~marketing"]')
    assert await page.locator('#grid .cell[tabindex="0"]').count() == 1


async def test_a_question_is_changed_without_a_mouse(visit: Visit) -> None:
    page = await visit("/")
    await page.focus("#pick-fy")
    await page.keyboard.press("ArrowDown")
    await page.wait_for_function("() => location.search.includes('fy=2555')")
    await shown(page)
    assert await here(page) == "pick-fy"


async def test_the_map_is_walked_by_arrows(visit: Visit) -> None:
    page = await visit("/?view=map")
    await page.focus('.tile[tabindex="0"]')
    await page.keyboard.press("ArrowRight")
    await page.wait_for_function(
        "() => document.querySelector('.mapside h2').textContent === 'จันทบุรี'"
    )
    assert await page.evaluate("document.activeElement.dataset.code") == "22"
