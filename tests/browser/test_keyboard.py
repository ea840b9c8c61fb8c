from typing import Any

from tests.browser.page_loading import OpenPage, wait_until_loaded

FOCUSED = "document.activeElement.dataset.place ?? document.activeElement.id"


async def focused(page: Any) -> str:
    """Return the cell key or id of the focused element."""
    name: str = await page.evaluate(FOCUSED)
    return name


async def test_skip_link_is_first_and_leads_to_matrix(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.keyboard.press("Tab")
    assert await focused(page) == "skip"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    assert await focused(page) == "MINISTRY~attractions"


async def test_arrows_home_and_end_move_between_cells(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.focus('[data-place="MINISTRY~attractions"]')
    for key, cell in (
        ("ArrowRight", "MINISTRY~transport"),
        ("ArrowDown", "CLUSTER~transport"),
        ("End", "CLUSTER~investment-incentives"),
        ("Home", "CLUSTER~attractions"),
        ("ArrowUp", "MINISTRY~attractions"),
        ("ArrowUp", "MINISTRY~attractions"),
        ("Control+End", "CIVIL_SOCIETY~investment-incentives"),
    ):
        await page.keyboard.press(key)
        assert await focused(page) == cell


async def test_g_moves_to_next_gap_and_wraps_around(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.focus('[data-place="MINISTRY~attractions"]')
    await page.keyboard.press("g")
    assert await focused(page) == "MINISTRY~entrepreneurs"
    await page.keyboard.press("Control+End")
    await page.keyboard.press("g")
    assert await focused(page) == "MINISTRY~entrepreneurs"


async def test_enter_opens_cell_and_escape_restores_focus(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.focus('[data-place="LOCAL~transport"]')
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#drawer .project")
    assert await focused(page) == "drawer-title"
    assert "cell=LOCAL" in page.url
    await page.keyboard.press("Escape")
    assert not await page.is_visible("#drawer")
    assert await focused(page) == "LOCAL~transport"


async def test_only_one_cell_is_in_tab_order(open_page: OpenPage) -> None:
    page = await open_page("/")
    assert await page.locator('#grid .cell[tabindex="0"]').count() == 1
    await page.focus('[data-place="PROVINCE~marketing"]')
    assert await page.locator('#grid .cell[tabindex="0"]').count() == 1


async def test_field_changed_by_keyboard_is_applied_and_stays_focused(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.focus("#pick-fy")
    await page.keyboard.press("ArrowDown")
    await page.wait_for_function("() => location.search.includes('fy=2555')")
    await wait_until_loaded(page)
    assert await focused(page) == "pick-fy"


async def test_arrows_move_between_provinces_on_map(open_page: OpenPage) -> None:
    page = await open_page("/?view=map")
    await page.focus('.tile[tabindex="0"]')
    await page.keyboard.press("ArrowRight")
    await page.wait_for_function(
        "() => document.querySelector('.mapside h2').textContent === 'จันทบุรี'"
    )
    assert await page.evaluate("document.activeElement.dataset.code") == "22"
