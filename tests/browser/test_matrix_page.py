from tests.browser.page_loading import LAPTOP, WALL, OpenPage, wait_until_loaded

RICE = "/?chain=jasmine-rice-roi-et&area=45&fy=2554"
INDUSTRY = "/?chain=industry&fy=2554"


async def test_first_view_is_tourism_matrix_of_eastern_cluster(open_page: OpenPage) -> None:
    page = await open_page("/")
    assert await page.get_attribute("html", "lang") == "th"
    assert await page.inner_text("#title") == "ยุทธศาสตร์การท่องเที่ยว (กลุ่มจังหวัดภาคตะวันออก)"
    assert await page.inner_text("#subtitle") == "กลุ่มจังหวัดภาคตะวันออก · ปีงบประมาณ 2554"
    assert await page.locator("#grid .cell").count() == 36
    assert await page.locator('.cell[data-state="GAP"]').count() == 22
    assert "15 โครงการ" in await page.inner_text(".grand")
    busiest = await page.inner_text('[data-place="MINISTRY~attractions"]')
    assert "ปรับปรุงระบบนิเวศชายฝั่ง" in busiest
    assert "ส่งเสริมและสนับสนุนการพัฒนาแหล่งท่องเที่ยวเชิงสุขภาพ" in busiest


async def test_footer_names_reconstructed_and_assumed_data(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.wait_for_function("() => document.querySelector('#assumptions').textContent")
    note = await page.inner_text("#assumptions")
    assert "สไลด์ 37" in note
    assert "ปีงบประมาณ 2554 เป็นข้อสมมติ" in note


async def test_language_button_switches_to_english_and_back(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.click("#language")
    await wait_until_loaded(page)
    assert await page.get_attribute("html", "lang") == "en"
    assert await page.inner_text("#title") == "Tourism strategy (Eastern Cluster)"
    assert "Gap" in await page.inner_text('[data-place="CLUSTER~attractions"]')
    assert "15 projects" in await page.inner_text(".grand")
    await page.click("#language")
    assert await page.get_attribute("html", "lang") == "th"


async def test_rice_example_has_its_eleven_stages_as_rows(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.click("#examples summary")
    await page.click('[data-example="exampleRice"]')
    await page.wait_for_function("() => document.querySelectorAll('#grid .cell').length === 44")
    assert await page.locator("#grid tbody tr").count() == 11 + 1
    assert await page.locator(".grp").count() == 3
    assert await page.locator('.cell[data-state="GAP"]').count() == 32
    assert "13 โครงการ" in await page.inner_text(".grand")


async def test_gap_shows_slide_and_expected_roles(open_page: OpenPage) -> None:
    page = await open_page(INDUSTRY)
    assert await page.locator('.cell[data-state="GAP"]').count() == 15
    assert await page.locator('.cell[data-state="NOT_EXPECTED"]').count() == 15
    assert "สไลด์ 74" in await page.inner_text('[data-place="PROVINCE~market"]')
    await page.click('[data-place="PROVINCE~market"]')
    await page.wait_for_selector("#drawer .level.own")
    own = await page.inner_text("#drawer .level.own")
    assert "ช่องนี้" in own
    assert "สไลด์ 74" in own
    assert "R63" in await page.inner_text("#drawer")


async def test_drawer_shows_owner_year_status_and_provenance(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.click('[data-place="MINISTRY~attractions"]')
    await page.wait_for_selector("#drawer .project")
    drawer = await page.inner_text("#drawer")
    for part in (
        "กระทรวงทรัพยากรธรรมชาติและสิ่งแวดล้อม",
        "2554 (2011)",
        "เสนอแล้ว รอตกลง",
        "สร้างใหม่จากข้อความ",
        "ข้อสมมติ",
        "สไลด์ 37",
        "ต้นฉบับไม่ได้ระบุจำนวนเงิน",
    ):
        assert part in drawer


async def test_legend_counts_states_and_highlights_one(open_page: OpenPage) -> None:
    page = await open_page("/")
    assert await page.inner_text('.key[data-state="GAP"] b') == "22"
    await page.click('.key[data-state="GAP"]')
    assert await page.locator(".cell.dim").count() == 14
    assert await page.get_attribute('.key[data-state="GAP"]', "aria-pressed") == "true"
    await page.click('.key[data-state="GAP"]')
    assert await page.locator(".cell.dim").count() == 0


async def test_whole_matrix_is_visible_without_scrolling(
    open_page: OpenPage,
) -> None:
    for path in ("/", RICE, INDUSTRY):
        for size, least in ((WALL, 18), (LAPTOP, 13.5)):
            page = await open_page(path, size)
            container = page.locator(".matrix-scroll")
            assert await container.evaluate("box => box.scrollHeight <= box.clientHeight"), path
            assert await container.evaluate("box => box.scrollWidth <= box.clientWidth"), path
            type_size = await container.evaluate(
                "r => parseFloat(r.style.getPropertyValue('--fs'))"
            )
            assert type_size >= least


async def test_axes_can_be_swapped_and_chosen(open_page: OpenPage) -> None:
    page = await open_page("/")
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


async def test_cluster_axis_follows_chosen_edition(open_page: OpenPage) -> None:
    page = await open_page("/?fy=2554&rows=AREA.CLUSTER&columns=ACTOR_LEVEL")
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


async def test_tablet_shows_marks_of_all_cells_and_text_of_one_stage(open_page: OpenPage) -> None:
    page = await open_page("/", (820, 1180))
    assert await page.locator(".marks .mc").count() == 36
    await page.click('.stagepick[data-head="marketing"]')
    assert "พัฒนาด้านการตลาดและประชาสัมพันธ์" in await page.inner_text(".stagename")
    assert "จัดงานประเพณีประจำปี" in await page.inner_text(".stagelist")
    await page.click('.stagelist [data-place="PROVINCE~marketing"]')
    await page.wait_for_selector("#drawer .project")
