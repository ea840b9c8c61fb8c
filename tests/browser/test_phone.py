"""The matrix page on phones and laptops: no word is broken, no title is cut, empty cells cite."""

import pytest

from tests.browser.page_loading import LAPTOP, PHONE, TABLET, WALL, OpenPage
from tests.long_run import in_turn

PAGES = (
    "/?chain=tourism-east&area=C2552-09&fy=2554",  # stages are columns
    "/?chain=jasmine-rice-roi-et&area=45&fy=2554",  # stages are rows
    "/?rows=ACTOR_LEVEL&columns=FISCAL_YEAR&fy=2553&to=2555",
)
HEADS = ".marks th, .mx th.row, .mx th.col"
BROKEN_HEADS = """(heads) => [...document.querySelectorAll(heads)].filter((head) => {
  const walker = document.createTreeWalker(head, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (const word of node.data.matchAll(/[A-Za-z]+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (range.getClientRects().length > 1) return true;
    }
  return head.clientWidth > 0 && head.scrollWidth > head.clientWidth + 1;
}).map((head) => head.textContent)"""


@pytest.mark.parametrize(("path", "language"), in_turn(PAGES, ["th", "en"]))
async def test_row_heads_on_a_phone_wrap_between_terms(
    open_page: OpenPage, path: str, language: str
) -> None:
    page = await open_page(f"{path}&lang={language}", PHONE)
    await page.wait_for_selector(".marks")
    assert await page.evaluate(BROKEN_HEADS, HEADS) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


@pytest.mark.parametrize(("size", "language"), in_turn([PHONE, TABLET, LAPTOP, WALL], ["th", "en"]))
async def test_name_of_a_chain_is_shown_whole(
    open_page: OpenPage, size: tuple[int, int], language: str
) -> None:
    page = await open_page(f"{PAGES[1]}&lang={language}", size)
    await page.wait_for_selector("#grid, .marks")
    is_cut = "(e) => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight + 2"
    assert not await page.locator("#title").evaluate(is_cut)


@pytest.mark.parametrize(("size", "language"), in_turn([PHONE, LAPTOP], ["th", "en"]))
async def test_not_expected_cell_cites_the_activity_list(
    open_page: OpenPage, size: tuple[int, int], language: str
) -> None:
    slide = {"th": "สไลด์ 73", "en": "slide 73"}[language]
    page = await open_page(f"/?chain=tourism&fy=2554&lang={language}", size)
    cell = page.locator(".cell.s-NOT_EXPECTED").first
    await cell.wait_for()
    assert slide.lower() in (await cell.inner_text()).lower()
    await cell.click()
    await page.wait_for_selector(".reason")
    assert slide.lower() in (await page.inner_text(".reason")).lower()
