from typing import Any

import pytest

from tests.browser.page_visitor import AXE, PHONE, SIZES, Visit, shown

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
OF_SOURCES = {
    "list": ("/sources", "steward"),
    "operated": ("/sources#budget_act", "steward"),
    "refused-english": ("/sources?lang=en#contracts", "steward"),
}
"""Pages of a hub into which sources were taken in, and who looks."""
FARTHEST = {"laptop": SIZES["laptop"], "phone": PHONE}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core: make npm")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", VIEWS)
async def test_axe_finds_nothing_to_complain_of(visit: Visit, view: str, size: str) -> None:
    page = await visit(VIEWS[view], SIZES[size])
    assert await complaints(page) == []


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core: make npm")
@pytest.mark.parametrize("size", FARTHEST)
@pytest.mark.parametrize("view", OF_SOURCES)
async def test_axe_has_nothing_against_the_sources(look: Visit, view: str, size: str) -> None:
    path, viewer = OF_SOURCES[view]
    page = await look(path, FARTHEST[size], viewer=viewer)
    await page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    await page.wait_for_function("() => !document.querySelector('.rows [role=status]')")
    assert await complaints(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await tiny(page) == []
    assert await low(page) == []


async def complaints(page: Any) -> list[Any]:
    """What axe has against a page."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[Any] = await page.evaluate(
        "(rules) => axe.run(document, { runOnly: rules }).then(({ violations }) =>"
        " violations.map((v) => [v.id,"
        " v.nodes.slice(0, 3).map((n) => n.html + n.failureSummary)]))",
        RULES,
    )
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", VIEWS)
async def test_nothing_scrolls_sideways_and_no_text_is_tiny(
    visit: Visit, view: str, size: str
) -> None:
    page = await visit(VIEWS[view], SIZES[size])
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await tiny(page) == []


async def tiny(page: Any) -> list[str]:
    """Texts smaller than anybody reads."""
    found: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter((e) =>
            [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())
            && e.checkVisibility() && !(e instanceof SVGElement)
            && parseFloat(getComputedStyle(e).fontSize) < 11)
            .map((e) => e.outerHTML.slice(0, 90))"""
    )
    return found


async def test_targets_are_large_enough_to_hit(visit: Visit) -> None:
    for size, least in (("laptop", 24), ("tablet", 44)):
        page = await visit("/", SIZES[size])
        small = await page.evaluate(
            """(least) => [...document.querySelectorAll('button, select, input, .cell, .mc, .tab')]
              .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < least - 0.5)
              .map((e) => e.outerHTML.slice(0, 90))""",
            least,
        )
        assert small == []


async def test_rulings_are_large_enough_to_hit(look: Visit) -> None:
    wanted = "'button, .tab, .back, .ruling label, .choice > input, summary'"
    for size, least in (("laptop", 24), ("tablet", 44)):
        page = await look("/sources#budget_act", SIZES[size], viewer="steward")
        await page.wait_for_selector(".ruling")
        small = await page.evaluate(
            f"(least) => [...document.querySelectorAll({wanted})]"
            ".filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < least - 0.5)"
            ".map((e) => e.outerHTML.slice(0, 90))",
            least,
        )
        assert small == []


async def test_thai_lines_are_high_enough_and_upright(visit: Visit) -> None:
    page = await visit("/?cell=MINISTRY~attractions")
    assert await low(page) == []


async def low(page: Any) -> list[str]:
    """Thai in lines too low for its marks, slanted or spaced."""
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


async def test_nothing_is_animated_with_reduced_motion(visit: Visit) -> None:
    page = await visit("/")
    await page.emulate_media(reduced_motion="reduce")
    moving = await page.evaluate("document.getAnimations().length")
    assert moving == 0


async def test_states_survive_forced_colours(visit: Visit) -> None:
    page = await visit("/")
    await page.emulate_media(forced_colors="active")
    await shown(page)
    styles = await page.evaluate(
        "['.s-COVERED', '.s-GAP'].map((state) =>"
        " getComputedStyle(document.querySelector(`.cell${state}`)).borderTopStyle)"
    )
    assert styles == ["solid", "dashed"]


async def test_print_shows_the_matrix_without_controls(visit: Visit) -> None:
    page = await visit("/")
    await page.emulate_media(media="print")
    assert await page.is_visible("#grid")
    assert await page.is_visible("#legend")
    for control in ("#ask", "#share", "#views"):
        assert not await page.is_visible(control)


async def test_page_sends_no_request_to_another_host(visit: Visit, address: str) -> None:
    page = await visit("/")
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    await page.goto("/?view=map")
    await shown(page)
    await page.goto("/query")
    assert requested
    assert [url for url in requested if not url.startswith((address, "data:"))] == []
