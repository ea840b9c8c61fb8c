import pytest

from tests.browser.page_loading import OpenPage
from tests.long_run import long_after, mark_long

BUENG_KAN = '.tile[data-code="38"]'


async def test_map_shows_clusters_of_the_chosen_edition(open_page: OpenPage) -> None:
    page = await open_page("/?view=map&on=2010-06-01")
    assert "18 กลุ่มจังหวัด 75 จังหวัด" in await page.inner_text("#map-counts")
    assert await page.locator(".tile").count() == 76
    assert await page.locator(BUENG_KAN).count() == 0
    assert await page.inner_text("#members") == "จันทบุรี ชลบุรี ตราด ระยอง"
    await page.click('.mapside [data-edition="2560"]')
    await page.wait_for_selector(BUENG_KAN)
    assert "18 กลุ่มจังหวัด 76 จังหวัด" in await page.inner_text("#map-counts")
    assert await page.locator(".tile").count() == 77
    assert await page.inner_text("#members") == "ฉะเชิงเทรา ชลบุรี ระยอง"
    assert "จันทบุรี ชลบุรี ตราด ระยอง" in await page.inner_text("#other-edition")


async def test_chosen_date_is_shown_in_buddhist_era(open_page: OpenPage) -> None:
    page = await open_page("/?view=map")
    assert "1 ต.ค. 2553" in await page.inner_text(".mapside .edition-date")
    await page.fill("#map-on", "2011-04-01")
    await page.wait_for_selector(BUENG_KAN)
    assert "1 เม.ย. 2554" in await page.inner_text(".mapside .edition-date")
    await page.click(BUENG_KAN)
    assert "บึงกาฬ" in await page.inner_text(".mapside h2")
    assert "ตะวันออกเฉียงเหนือตอนบน 1" in await page.inner_text(".cluster h3")


async def test_cluster_panel_shows_centre_head_and_rule(open_page: OpenPage) -> None:
    page = await open_page("/?view=map&on=2010-06-01&area=C2552-08")
    panel = await page.inner_text(".mapside")
    assert "สงขลา" in panel
    assert "ศอ.บต." in panel
    assert "R1" in panel


async def test_map_leads_to_matrix_of_cluster(open_page: OpenPage) -> None:
    page = await open_page("/?view=map&chain=tourism-east&fy=2554")
    await page.click("#open-cluster")
    await page.wait_for_selector("#grid")
    assert "area=C2552-09" in page.url
    assert "15 โครงการ" in await page.inner_text(".grand")


@pytest.mark.parametrize(
    ("language", "day", "count", "edition"),
    [
        ("th", "2007-06-01", 19, "2546"),
        ("en", "2008-06-01", 18, "2551"),
        mark_long(("en", "2007-06-01", 19, "2546")),
        mark_long(("th", "2008-06-01", 18, "2551")),
    ],
)
async def test_map_announces_clusters_whose_members_are_not_recorded(
    open_page: OpenPage, day: str, count: int, edition: str, language: str
) -> None:
    page = await open_page(f"/?view=map&on={day}&lang={language}")
    assert (await page.inner_text("#map-counts")).startswith(f"{count} ")
    notice = await page.inner_text('[data-notice="AREAS_NOT_RECORDED"]')
    assert edition in notice
    assert str(count) in notice
    panel = await page.inner_text(".mapside")
    assert "ไม่อยู่ในกลุ่มจังหวัดใด" not in panel
    assert "Not in a cluster" not in panel
    assert await page.locator("#other-edition").count() == 1
    await page.click('.tile[data-code="10"]')
    assert (
        "ไม่อยู่ในกลุ่มจังหวัดใด" if language == "th" else "Not in a cluster"
    ) in await page.inner_text(".mapside")


@pytest.mark.parametrize("day", long_after(1, ["2009-02-17", "2017-11-16", "2020-01-01"]))
async def test_map_of_a_recorded_edition_has_no_notice(open_page: OpenPage, day: str) -> None:
    page = await open_page(f"/?view=map&on={day}")
    assert await page.locator("[data-notice]").count() == 0
    assert "18 กลุ่มจังหวัด" in await page.inner_text("#map-counts")
