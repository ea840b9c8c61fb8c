"""Recorded rulings on the page of sources: who ruled what and when, and their revocation."""

from typing import Any

import pytest

from tests.browser.page_loading import AXE, PHONE, OpenPage
from tests.browser.test_rulings import QUESTION, open_question
from tests.long_run import long_after

NAME = "จังหวัดสิงค์บุรี"


async def open_ruled_page(open_editable_page: OpenPage, path: str, **options: Any) -> Any:
    """Return the page of a source, after a ruling on a name."""
    page = await open_editable_page(path, viewer="steward", **options)
    question = await open_question(page, NAME)
    await question.locator("input[type=radio]").first.check()
    await question.locator("button[type=submit]").click()
    await page.wait_for_selector(".ruling-item")
    return page


async def test_ruling_is_listed_and_revoked_with_a_reason(open_editable_page: OpenPage) -> None:
    page = await open_ruled_page(open_editable_page, "/sources#budget_act")
    item = page.locator(".ruling-item").first
    assert NAME in await item.inner_text()
    assert "โดย" in await item.inner_text()
    assert await page.locator(QUESTION.format(NAME)).count() == 0
    await item.locator("summary").focus()
    await page.keyboard.press("Enter")
    await item.locator("button[type=submit]").click()
    assert "เขียนเหตุผลก่อน" in await item.locator(".wrong").inner_text()
    await page.keyboard.type("เลือกจังหวัดผิด")
    await page.keyboard.press("Enter")
    await page.wait_for_function(
        "() => document.querySelector('#done')?.textContent.includes('ยกเลิกแล้ว')"
    )
    assert await page.evaluate("document.activeElement.id") == "done"
    assert "เลือกจังหวัดผิด" in await page.locator(".ruling-item .ended").first.inner_text()
    assert await page.locator(QUESTION.format(NAME)).count() == 1


async def test_revocation_that_is_not_confirmed_changes_nothing(
    open_editable_page: OpenPage,
) -> None:
    page = await open_ruled_page(open_editable_page, "/sources?lang=en#budget_act")
    item = page.locator(".ruling-item").first
    await item.get_by_text("Revoke…").click()
    await item.get_by_label("Reason for revoking it").fill("wrong")
    await item.get_by_role("button", name="Keep the ruling").click()
    assert await item.locator("details").get_attribute("open") is None
    assert await page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert await page.locator(".ruling-item .ended").count() == 0


@pytest.mark.parametrize("language", long_after(1, ["th", "en"]))
async def test_list_of_rulings_is_accessible(open_editable_page: OpenPage, language: str) -> None:
    page = await open_ruled_page(open_editable_page, f"/sources?lang={language}#budget_act")
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await page.locator(".ruling-item summary").first.click()
    if AXE.exists():
        await page.evaluate(AXE.read_text("utf-8"))
        found = await page.evaluate(
            "axe.run('.rulings').then((r) => r.violations.map((v) => v.id))"
        )
        assert found == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
