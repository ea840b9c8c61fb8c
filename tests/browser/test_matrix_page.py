from tests.browser.page_visitor import LAPTOP, WALL, Visit, shown

RICE = "/?chain=jasmine-rice-roi-et&area=45&fy=2554"
INDUSTRY = "/?chain=industry&fy=2554"


async def test_the_first_view_is_the_eastern_clusters_tourism_matrix(visit: Visit) -> None:
    page = await visit("/")
    assert await page.get_attribute("html", "lang") == "th"
    assert await page.inner_text("#title") == "ยุทธศาสตร์การท่องเที่ยว (กลุ่มจังหวัดภาคตะวันออก)"
    assert await page.inner_text("#subtitle") == "กลุ่มจังหวัดภาคตะวันออก · ปีงบประมาณ 2554"
    assert await page.locator("#grid .cell").count() == 36
    assert await page.locator('.cell[data-state="GAP"]').count() == 22
    assert "15 โครงการ" in await page.inner_text(".grand")
    busiest = await page.inner_text('[data-place="MINISTRY~attractions"]')
    assert "ปรับปรุงระบบนิเวศชายฝั่ง" in busiest
    assert "ส่งเสริมและสนับสนุนการพัฒนาแหล่งท่องเที่ยวเชิงสุขภาพ" in busiest


async def test_footer_lists_what_was_reconstructed_or_assumed(visit: Visit) -> None:
    page = await visit("/")
    await page.wait_for_function("() => document.querySelector('#grounds').textContent")
    footer = await page.inner_text("#grounds")
    assert "สไลด์ 37" in footer
    assert "ปีงบประมาณ 2554 เป็นข้อสมมติ" in footer


async def test_one_button_turns_the_page_english_and_back(visit: Visit) -> None:
    page = await visit("/")
    await page.click("#language")
    await shown(page)
    assert await page.get_attribute("html", "lang") == "en"
    assert await page.inner_text("#title") == "Tourism strategy (Eastern Cluster)"
    assert "Gap" in await page.inner_text('[data-place="CLUSTER~attractions"]')
    assert "15 projects" in await page.inner_text(".grand")
    await page.click("#language")
    assert await page.get_attribute("html", "lang") == "th"


async def test_every_text_of_the_page_exists_in_both_languages(visit: Visit) -> None:
    page = await visit("/")
    missing = await page.evaluate(
        """async () => {
          const { TEXTS } = await import("/static/js/dictionary.js");
          const parts = (text) => (text.match(/\\{\\w+\\}/g) ?? []).sort().join();
          return Object.entries(TEXTS).filter(([, pair]) => pair.length !== 2
            || !pair[0] || !pair[1] || parts(pair[0]) !== parts(pair[1])).map(([key]) => key);
        }"""
    )
    assert missing == []


async def test_the_rice_example_is_one_click_and_its_eleven_stages_run_down(visit: Visit) -> None:
    page = await visit("/")
    await page.click('[data-example="exampleRice"]')
    await page.wait_for_function("() => document.querySelectorAll('#grid .cell').length === 44")
    assert await page.locator("#grid tbody tr").count() == 11 + 1
    assert await page.locator(".grp").count() == 3
    assert await page.locator('.cell[data-state="GAP"]').count() == 32
    assert "13 โครงการ" in await page.inner_text(".grand")


async def test_a_gap_of_the_role_matrix_cites_its_slide_and_its_activities(visit: Visit) -> None:
    page = await visit(INDUSTRY)
    assert await page.locator('.cell[data-state="GAP"]').count() == 15
    assert await page.locator('.cell[data-state="NOT_EXPECTED"]').count() == 15
    assert "สไลด์ 74" in await page.inner_text('[data-place="PROVINCE~market"]')
    await page.click('[data-place="PROVINCE~market"]')
    await page.wait_for_selector("#drawer .level.own")
    own = await page.inner_text("#drawer .level.own")
    assert "ช่องนี้" in own
    assert "สไลด์ 74" in own
    assert "R63" in await page.inner_text("#drawer")


async def test_drawer_shows_agency_area_assertion_and_slide(visit: Visit) -> None:
    page = await visit("/")
    await page.click('[data-place="MINISTRY~attractions"]')
    await page.wait_for_selector("#drawer .project")
    shown_text = await page.inner_text("#drawer")
    for part in (
        "กระทรวงทรัพยากรธรรมชาติและสิ่งแวดล้อม",
        "2554 (2011)",
        "เสนอแล้ว รอตกลง",
        "สร้างใหม่จากข้อความ",
        "ข้อสมมติ",
        "สไลด์ 37",
        "ต้นฉบับไม่ได้ระบุจำนวนเงิน",
    ):
        assert part in shown_text


async def test_the_legend_counts_the_states_and_lights_one_of_them(visit: Visit) -> None:
    page = await visit("/")
    assert await page.inner_text('.key[data-state="GAP"] b') == "22"
    await page.click('.key[data-state="GAP"]')
    assert await page.locator(".cell.dim").count() == 14
    assert await page.get_attribute('.key[data-state="GAP"]', "aria-pressed") == "true"
    await page.click('.key[data-state="GAP"]')
    assert await page.locator(".cell.dim").count() == 0


async def test_the_whole_matrix_shows_unscrolled_in_the_largest_type_that_fits(
    visit: Visit,
) -> None:
    for path in ("/", RICE, INDUSTRY):
        for size, least in ((WALL, 18), (LAPTOP, 13.5)):
            page = await visit(path, size)
            container = page.locator(".room")
            assert await container.evaluate("room => room.scrollHeight <= room.clientHeight"), path
            assert await container.evaluate("room => room.scrollWidth <= room.clientWidth"), path
            type_size = await container.evaluate(
                "r => parseFloat(r.style.getPropertyValue('--fs'))"
            )
            assert type_size >= least


async def test_any_two_dimensions_can_be_the_axes_and_change_places(visit: Visit) -> None:
    page = await visit("/")
    await page.click("#swap")
    await page.wait_for_function("() => document.querySelectorAll('#grid thead .col').length === 7")
    first = page.locator("#grid tbody th.row").first
    await page.wait_for_function(
        "() => document.querySelector('#grid tbody th.row')?.dataset.head === 'attractions'"
    )
    assert "พัฒนาแหล่งท่องเที่ยว" in await first.inner_text()
    await page.select_option("#pick-columns", "FISCAL_YEAR")
    await page.wait_for_function("() => document.querySelectorAll('#grid .cell').length === 6")
    assert "rows=STAGE" in page.url
    assert "columns=FISCAL_YEAR" in page.url


async def test_a_matrix_by_cluster_follows_the_edition_of_the_day(visit: Visit) -> None:
    page = await visit("/?fy=2554&rows=AREA.CLUSTER&columns=ACTOR_LEVEL")
    heads = page.locator("#grid tbody th.row[data-head]")
    assert "C2552-09" in [await head.get_attribute("data-head") for head in await heads.all()]
    await page.click("#more summary")
    await page.click('#more [data-edition="2560"]')
    await page.wait_for_function(
        "() => document.querySelector('#grid tbody th.row')?.dataset.head?.startsWith('C2560')"
    )
    codes = [await head.get_attribute("data-head") for head in await heads.all()]
    assert len([code for code in codes if code and code.startswith("C2560")]) == 18
    assert "on=2020-06-01" in page.url


async def test_tablet_shows_all_marks_and_one_stage_as_text(visit: Visit) -> None:
    page = await visit("/", (820, 1180))
    assert await page.locator(".marks .mc").count() == 36
    await page.click('.stagepick[data-head="marketing"]')
    assert "พัฒนาด้านการตลาดและประชาสัมพันธ์" in await page.inner_text(".stagename")
    assert "จัดงานประเพณีประจำปี" in await page.inner_text(".stagelist")
    await page.click('.stagelist [data-place="PROVINCE~marketing"]')
    await page.wait_for_selector("#drawer .project")
