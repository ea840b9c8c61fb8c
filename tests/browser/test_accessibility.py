from typing import Any

import pytest

from tests.browser.page_loading import AXE, PHONE, SIZES, OpenPage, wait_until_loaded
from tests.long_run import in_turn

VIEWS = {
    "matrix": "/",
    "matrix-english": "/?lang=en",
    "cell": "/?chain=tourism-east&area=C2552-09&fy=2554&cell=MINISTRY~attractions",
    "gap": "/?chain=industry&fy=2554&cell=PROVINCE~market",
    "stages-down": "/?chain=jasmine-rice-roi-et&area=45&fy=2554",
    "clusters": "/?fy=2554&rows=AREA.CLUSTER&columns=ACTOR_LEVEL",
    "filtered": "/?chain=tourism-east&area=C2552-09&fy=2554&only=GAP",
    "map": "/?view=map",
    "map-english": "/?view=map&lang=en&on=2020-06-01",
    "refused": "/?key=abc",
    "query": "/query",
    "query-english": "/query?lang=en",
    "sources": "/sources",
}
SOURCE_VIEWS = {
    "list": ("/sources", "steward"),
    "operator": ("/sources#budget_act", "steward"),
    "refused-english": ("/sources?lang=en#contracts", "steward"),
}
"""Pages of the hub with imported samples, and the viewer."""
EXTREME_SIZES = {"laptop": SIZES["laptop"], "phone": PHONE}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.parametrize(("view", "size"), in_turn(VIEWS, list(SIZES)))
async def test_page_does_not_scroll_sideways_has_no_small_text_and_no_violations_of_axe(
    open_page: OpenPage, view: str, size: str
) -> None:
    page = await open_page(VIEWS[view], SIZES[size])
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await small_texts(page) == []
    if not AXE.exists():
        pytest.skip("no axe-core: make browser")
    assert await axe_violations(page) == []


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core: make browser")
@pytest.mark.parametrize(("view", "size"), in_turn(SOURCE_VIEWS, list(EXTREME_SIZES)))
async def test_axe_finds_no_violations_on_source_pages(
    open_source_page: OpenPage, view: str, size: str
) -> None:
    path, viewer = SOURCE_VIEWS[view]
    page = await open_source_page(path, EXTREME_SIZES[size], viewer=viewer)
    await page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    await page.wait_for_function("() => !document.querySelector('.rows [role=status]')")
    assert await axe_violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await small_texts(page) == []
    assert await invalid_thai_lines(page) == []


async def axe_violations(page: Any) -> list[Any]:
    """Return the violations that axe finds on a page."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[Any] = await page.evaluate(
        "(rules) => axe.run(document, { runOnly: rules }).then(({ violations }) =>"
        " violations.map((v) => [v.id,"
        " v.nodes.slice(0, 3).map((n) => n.html + n.failureSummary)]))",
        RULES,
    )
    return found


async def small_texts(page: Any) -> list[str]:
    """Return elements with text smaller than 11 pixels."""
    found: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter((e) =>
            [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())
            && e.checkVisibility() && !(e instanceof SVGElement)
            && parseFloat(getComputedStyle(e).fontSize) < 11)
            .map((e) => e.outerHTML.slice(0, 90))"""
    )
    return found


async def test_controls_are_at_least_24_pixels_high_and_44_on_tablets(open_page: OpenPage) -> None:
    for size, least in (("laptop", 24), ("tablet", 44)):
        page = await open_page("/", SIZES[size])
        small = await page.evaluate(
            """(least) => [...document.querySelectorAll('button, select, input, .cell, .mc, .tab')]
              .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < least - 0.5)
              .map((e) => e.outerHTML.slice(0, 90))""",
            least,
        )
        assert small == []


async def test_ruling_controls_are_at_least_24_pixels_high_and_44_on_tablets(
    open_source_page: OpenPage,
) -> None:
    wanted = "'button, .tab, .back, .ruling label, .choice > input, summary'"
    for size, least in (("laptop", 24), ("tablet", 44)):
        page = await open_source_page("/sources#budget_act", SIZES[size], viewer="steward")
        await page.wait_for_selector(".ruling")
        small = await page.evaluate(
            f"(least) => [...document.querySelectorAll({wanted})]"
            ".filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < least - 0.5)"
            ".map((e) => e.outerHTML.slice(0, 90))",
            least,
        )
        assert small == []


async def test_thai_text_is_upright_with_sufficient_line_height(open_page: OpenPage) -> None:
    page = await open_page("/?cell=MINISTRY~attractions")
    assert await invalid_thai_lines(page) == []


async def invalid_thai_lines(page: Any) -> list[str]:
    """Return elements with Thai text whose lines are too low, or which is slanted or spaced."""
    found: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter((e) =>
            [...e.childNodes].some((n) => n.nodeType === 3 && /[ก-๙]/.test(n.textContent))
            && e.checkVisibility()).filter((e) => {
              const style = getComputedStyle(e);
              const high = parseFloat(style.lineHeight) / parseFloat(style.fontSize);
              return high < 1.319 || style.fontStyle !== 'normal'
                || style.letterSpacing !== 'normal';
            }).map((e) => e.outerHTML.slice(0, 90))"""
    )
    return found


async def test_reduced_motion_stops_all_animations(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.emulate_media(reduced_motion="reduce")
    moving = await page.evaluate("document.getAnimations().length")
    assert moving == 0


async def test_cell_borders_differ_by_state_with_forced_colors(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.emulate_media(forced_colors="active")
    await wait_until_loaded(page)
    styles = await page.evaluate(
        "['.s-COVERED', '.s-GAP'].map((state) =>"
        " getComputedStyle(document.querySelector(`.cell${state}`)).borderTopStyle)"
    )
    assert styles == ["solid", "dashed"]


async def test_print_shows_matrix_without_controls(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.emulate_media(media="print")
    assert await page.is_visible("#grid")
    assert await page.is_visible("#legend")
    for control in ("#matrix-options", "#share", "#views"):
        assert not await page.is_visible(control)


async def test_pages_send_requests_only_to_the_hub(open_page: OpenPage, address: str) -> None:
    page = await open_page("/")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    await page.goto("/?view=map")
    await wait_until_loaded(page)
    await page.goto("/query")
    assert requests
    assert [url for url in requests if not url.startswith((address, "data:"))] == []
