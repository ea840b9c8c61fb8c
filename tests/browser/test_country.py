"""The explorer over a generated nation: defaults, density, pages of figures, search, print."""

import re
from typing import Any

import pytest

from tests.browser.page_loading import AXE, PHONE, SIZES, OpenPage, wait_until_loaded
from tests.browser.test_accessibility import axe_violations, small_texts

CHIANG_MAI = "/?area=50&fy=2569"
COUNTRY = "/?fy=2569&rows=AREA.PROVINCE&columns=AGENCY"
VIEWS = {
    "province": CHIANG_MAI,
    "years": "/?area=50&fy=2568&to=2569",
    "total-english": f"{CHIANG_MAI}&cell=~&lang=en",
    "colours": f"{COUNTRY}&show=heat",
    "search": "/search?text=โครงการ&area=50",
    "search-english": "/search?lang=en",
    "agency": "/agencies/ministry:05",
}
SHOWN_SIZES = {"laptop": SIZES["laptop"], "tablet": SIZES["tablet"], "phone": PHONE}


async def heads(page: Any) -> list[str]:
    """Return the keys of the rows that the page shows."""
    found: list[str] = await page.evaluate(
        "[...document.querySelectorAll('#grid th.row[data-head]')].map((e) => e.dataset.head)"
    )
    return found


async def test_province_starts_with_its_agencies_and_no_rows_of_other_areas(
    open_nation_page: OpenPage,
) -> None:
    page = await open_nation_page(CHIANG_MAI)
    keys = await heads(page)
    assert keys
    assert all(key.startswith("ministry:") for key in keys[:-1])
    assert keys[-1] == "~UNASSIGNED"
    assert "หน่วยงานอื่น" in (await page.text_content("#grid") or "")
    assert await page.locator("#pick-rows option").all_inner_texts() == [
        *("ผู้ดำเนินการ", "ขั้นของห่วงโซ่ (เลือกห่วงโซ่ก่อน)", "ประเด็นยุทธศาสตร์", "จังหวัด"),
        *("หน่วยงาน", "ปีงบประมาณ", "แหล่งเงิน", "สถานะความเชื่อมโยง"),
    ]


async def test_cluster_without_issues_starts_with_its_provinces(open_nation_page: OpenPage) -> None:
    page = await open_nation_page("/?area=C2560-09&fy=2569")
    assert await heads(page) == ["22", "23", "26", "25", "27"]


async def test_cluster_as_rows_of_a_province_is_the_cluster_of_the_province(
    open_nation_page: OpenPage,
) -> None:
    page = await open_nation_page(f"{CHIANG_MAI}&rows=AREA.CLUSTER&columns=ACTOR_LEVEL")
    assert len([key for key in await heads(page) if key != "~UNASSIGNED"]) == 1


async def test_two_years_are_columns_with_the_change_of_each_row(
    open_nation_page: OpenPage,
) -> None:
    page = await open_nation_page(VIEWS["years"])
    assert await page.locator("#grid th.col[data-head]").evaluate_all(
        "(all) => all.map((e) => e.dataset.head)"
    ) == ["2568", "2569"]
    assert await page.locator("#grid .change").count() > 3
    before, after = [
        float(text.replace(",", ""))
        for text in await page.locator("#grid tr.sum td .fig b").all_inner_texts()
    ][:2]
    shown = await page.inner_text("#grid tr.sum .change")
    assert float(re.findall(r"[+-]?[\d.]+", shown)[0]) == pytest.approx(
        100 * (after - before) / before, abs=0.1
    )


async def test_list_of_years_shows_how_many_projects_each_year_has(
    open_nation_page: OpenPage,
) -> None:
    page = await open_nation_page(CHIANG_MAI)
    year = page.locator("#pick-fy option[value='2569']")
    await page.wait_for_function(
        "() => document.querySelector('#pick-fy option').textContent.includes('·')"
    )
    total = await page.locator("#grid .grand .count").inner_text()
    assert await year.inner_text() == f"2569 (2026) · {total.split()[0]}"
    assert await page.locator("#pick-fy option[value='2560']").inner_text() == "2560 (2017) · 0"


async def test_empty_year_names_the_years_and_sources_that_have_data(
    open_nation_page: OpenPage,
) -> None:
    page = await open_nation_page("/?area=50&fy=2560")
    await page.wait_for_selector("[data-years]")
    assert "ข้อมูลจำลอง" in await page.inner_text("[data-years]")
    await page.click("[data-years] a >> nth=-1")
    await wait_until_loaded(page)
    assert await page.locator("#grid .tot.grand.opens").count() == 1


async def test_redrawn_cluster_leads_to_its_successors(open_nation_page: OpenPage) -> None:
    page = await open_nation_page("/?area=C2552-09&fy=2565")
    notice = page.locator("[data-notice=AREA_NOT_IN_FORCE]")
    assert await notice.locator("a").all_inner_texts() == [
        "กลุ่มจังหวัดภาคตะวันออก 1",
        "กลุ่มจังหวัดภาคตะวันออก 2",
    ]
    await notice.locator("a").last.click()
    await wait_until_loaded(page)
    assert "area=C2560-09" in page.url


async def test_chain_of_another_area_has_a_notice(open_nation_page: OpenPage) -> None:
    page = await open_nation_page("/?chain=tourism-east&area=50&fy=2554")
    assert await page.locator("[data-notice=CHAIN_OF_OTHER_AREA]:not(.quiet)").count() == 1


async def test_crowded_cells_show_figures_and_names_only_as_chosen(
    open_nation_page: OpenPage,
) -> None:
    page = await open_nation_page(COUNTRY)
    assert await page.locator("#grid .cell .p").count() == 0
    assert await page.locator("#grid .cell .num").count() > 100
    heading = page.locator("#grid th.col[data-head='ministry:05']")
    assert await heading.get_attribute("title") == "กระทรวงการท่องเที่ยวและกีฬา"
    await page.goto(f"{CHIANG_MAI}&show=names")
    await wait_until_loaded(page)
    assert await page.locator("#grid .cell .p").count() > 0


async def test_colours_follow_the_quantiles_of_money(open_nation_page: OpenPage) -> None:
    page = await open_nation_page(VIEWS["colours"])
    found = await page.evaluate(
        """[...document.querySelectorAll('#grid .cell[class*=" q"] .fig')].map((fig) => [
            Number(fig.closest('.cell').className.match(/ q(\\d)/)[1]),
            Number(fig.firstChild.textContent.replaceAll(',', ''))])"""
    )
    by_step = {step: [value for at, value in found if at == step] for step in range(1, 6)}
    assert all(by_step.values())
    for lower, upper in ((1, 2), (2, 3), (3, 4), (4, 5)):
        assert max(by_step[lower]) <= min(by_step[upper])
    assert max(map(len, by_step.values())) - min(map(len, by_step.values())) <= 2


async def test_rows_are_sorted_and_filtered_without_losing_the_totals(
    open_nation_page: OpenPage,
) -> None:
    page = await open_nation_page(COUNTRY)
    total = await page.inner_text("#grid .grand")
    await page.select_option("#row-order", "money")
    amounts = [
        float(text.replace(",", ""))
        for text in await page.locator(
            "#grid tbody tr:not(.sum) .tot:last-child b"
        ).all_text_contents()
    ][:-1]
    assert amounts == sorted(amounts, reverse=True)
    await page.fill("#row-filter", "เชียง")
    assert sorted(await heads(page)) == ["50", "57"]
    assert await page.evaluate("document.activeElement.id") == "row-filter"
    assert await page.inner_text("#grid .grand") == total
    await page.reload()
    await wait_until_loaded(page)
    assert sorted(await heads(page)) == ["50", "57"]


async def test_pages_of_a_total_add_up_to_it_at_the_last_page(open_nation_page: OpenPage) -> None:
    page = await open_nation_page("/?area=50&fy=2567&to=2569&cell=~")
    status = page.locator("#figure-list [role=status]")
    await status.wait_for()
    count = int((await page.inner_text("#grid .grand .count")).split()[0])
    pages = 1
    while await page.locator("#more-figures").count():
        assert int(await status.get_attribute("data-counted") or 0) < int(
            await status.get_attribute("data-whole") or 0
        )
        await page.click("#more-figures")
        await page.wait_for_function("() => !document.querySelector('#more-figures[disabled]')")
        pages += 1
    assert pages > 1
    assert await status.get_attribute("data-counted") == await status.get_attribute("data-whole")
    assert int(await status.get_attribute("data-shown") or 0) == count
    assert await page.locator("#figure-list li").count() >= count  # copies are listed, not counted


async def test_cell_total_and_search_are_reached_with_the_keyboard_alone(
    open_nation_page: OpenPage,
) -> None:
    page = await open_nation_page(CHIANG_MAI)
    await page.locator("#grid .cell[data-r='0'][data-c='0']").focus()
    await page.keyboard.press("ArrowUp")
    for _ in range(12):
        await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#figure-list li")
    assert "รวม" in await page.inner_text("#drawer-title")
    await page.keyboard.press("Escape")
    await page.goto("/search")
    await page.focus("#search-text")
    await page.keyboard.type("ก่อสร้าง หมู่ที่ บ้าน")
    await page.keyboard.press("Enter")
    await page.wait_for_function(
        "() => { const names = [...document.querySelectorAll('#found li > a')]; "
        "return names.length > 0 && names.every((a) => a.textContent.includes('ก่อสร้าง')); }"
    )
    for name in await page.locator("#found li > a").all_inner_texts():
        assert all(term in name for term in ("ก่อสร้าง", "หมู่ที่", "บ้าน"))


async def test_project_is_found_by_its_code(open_nation_page: OpenPage) -> None:
    page = await open_nation_page(VIEWS["search"])
    code = re.findall(r"N\d{8}", await page.inner_text("#found li"))[0]
    await page.goto(f"/search?text={code}")
    await page.wait_for_function("() => document.querySelectorAll('#found li').length === 1")
    assert await page.locator("#found li").count() == 1
    await page.click("#found li a")
    await page.wait_for_selector("#one h2")
    assert code in await page.inner_text("#subtitle")


async def test_agency_leads_to_its_projects_and_its_matrix(open_nation_page: OpenPage) -> None:
    page = await open_nation_page(VIEWS["agency"])
    assert await page.inner_text("#title") == "กระทรวงการท่องเที่ยวและกีฬา"
    await page.click("#links a")
    await page.wait_for_selector("#grid")
    assert "กระทรวงการท่องเที่ยวและกีฬา" in await page.inner_text("#subtitle")
    await page.click("#drop-agency")
    await wait_until_loaded(page)
    assert "agency=" not in page.url


async def test_made_up_data_is_marked_on_screen_and_across_every_printed_page(
    open_nation_page: OpenPage,
) -> None:
    page = await open_nation_page(CHIANG_MAI)
    assert await page.is_visible("[data-notice=MADE_UP_DATA]")
    await page.emulate_media(media="print")
    mark = "getComputedStyle(document.body, '::after')"
    assert "ข้อมูลจำลอง" in await page.evaluate(f"{mark}.content")
    assert await page.evaluate(f"{mark}.position") == "fixed"
    await page.emulate_media(media="screen")
    await page.goto("/?chain=tourism-east&area=C2552-09&fy=2554")
    await wait_until_loaded(page)
    await page.emulate_media(media="print")
    assert await page.evaluate(f"{mark}.content") in ("none", "normal")


async def test_print_has_question_day_key_gaps_and_lines_to_sign(
    open_nation_page: OpenPage,
) -> None:
    page = await open_nation_page("/?chain=tourism-east&area=C2552-09&fy=2554")
    assert not await page.is_visible("#print-foot")
    await page.emulate_media(media="print")
    assert "นับไม่ซ้ำ" in await page.inner_text("#print-head")
    assert "พ.ศ." not in await page.inner_text("#print-head")
    assert re.search(r"คำนวณเมื่อ \d+ \S+ 25\d\d", await page.inner_text("#print-head"))
    assert await page.locator("#print-foot ol li").count() == 22
    assert "ลงชื่อ" in await page.inner_text("#print-foot .signatures")
    assert await page.locator("#print-foot .key code").inner_text()
    assert not await page.is_visible(".tools")


async def test_print_has_as_many_pages_as_the_content_needs(open_nation_page: OpenPage) -> None:
    page = await open_nation_page("/?chain=tourism-east&area=C2552-09&fy=2554")
    assert page_count(await page.pdf(prefer_css_page_size=True)) <= 2
    await page.goto(COUNTRY)
    await wait_until_loaded(page)
    assert 2 <= page_count(await page.pdf(prefer_css_page_size=True)) <= 5


def page_count(pdf: bytes) -> int:
    """Return the number of pages of a PDF."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core: make browser")
@pytest.mark.parametrize("size", SHOWN_SIZES)
@pytest.mark.parametrize("view", VIEWS)
async def test_views_of_a_country_are_accessible_and_fit_the_screen(
    open_nation_page: OpenPage, view: str, size: str
) -> None:
    page = await open_nation_page(VIEWS[view], SHOWN_SIZES[size])
    assert await axe_violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await small_texts(page) == []
