"""Rulings on the page of sources: each choice, errors, concurrent changes."""

import csv
import io
import json
from typing import Any

from tests.browser.page_loading import OpenPage
from tests.browser.source_hub import SourceHub

GRAPHQL = "**/graphql"
QUESTION = ".question:has(summary:has-text('{}'))"


async def open_question(page: Any, written: str) -> Any:
    """Return the question about a written value, opened."""
    question = page.locator(QUESTION.format(written))
    if await question.get_attribute("open") is None:
        await question.locator("> summary").click()
    return question


async def test_proposal_settles_all_rows_with_the_name(open_editable_page: OpenPage) -> None:
    page = await open_editable_page("/sources#budget_act", viewer="steward")
    question = await open_question(page, "จังหวัดสิงค์บุรี")
    assert "2 แถว · ได้รับ 3,550,000.50 บาท" in await question.inner_text()
    await question.get_by_label("สะกดใกล้เคียง").check()
    assert "จะอ่านใหม่ 2 แถว (ได้รับ 3,550,000.50 บาท)" in await question.locator(".will").inner_text()
    await question.locator("button[type=submit]").click()
    await page.wait_for_selector("#done")
    assert "อ่านใหม่ 2 แถว เสร็จ 2 แถว ยังรอตรวจ 7 แถว" in await page.inner_text("#done")
    assert await page.locator(QUESTION.format("จังหวัดสิงค์บุรี")).count() == 0
    assert "7" in await page.inner_text("tr:has([data-source=budget_act]) .c-waitingRows")


async def test_unknown_code_is_rejected_and_typed_text_stays(
    open_editable_page: OpenPage,
) -> None:
    page = await open_editable_page("/sources#budget_act", viewer="steward")
    question = await open_question(page, "กลุ่มจังหวัดภาคเหนือตอนบน")
    await question.locator("input[id$=code]").fill("C9999-01")
    await question.locator("button[type=submit]").click()
    wrong = question.locator(".wrong")
    await wrong.locator("p").first.wait_for()
    assert "ยังไม่ได้บันทึก" in await wrong.inner_text()
    assert "ไม่มี AREA รหัส C9999-01" in await wrong.inner_text()
    assert "INVALID_VALUE" in await wrong.inner_text()
    assert await question.locator("input[id$=code]").input_value() == "C9999-01"


async def test_rejected_row_is_removed_from_review(open_editable_page: OpenPage) -> None:
    page = await open_editable_page("/sources#govspending_budget", viewer="steward")
    left = await page.locator(".question").count()
    assert left == 2
    while left:
        question = page.locator(".question").first
        names = await question.locator("input[type=radio]").evaluate_all(
            "all => all.map((one) => one.value)"
        )
        assert names[-1] == "refuse"
        await question.locator("input[value=refuse]").check()
        await question.locator("button[type=submit]").click()
        left -= 1
        await page.wait_for_function(
            "(n) => document.querySelectorAll('.question').length === n", arg=left
        )
    assert "ไม่มีแถวที่รอตรวจ" in await page.inner_text("#one")


async def test_one_of_several_rows_with_the_same_key_is_accepted(
    open_editable_page: OpenPage,
) -> None:
    page = await open_editable_page("/sources#budget_act", viewer="steward")
    question = await open_question(page, "รหัสเดียวกันมีหลายค่า")
    await question.locator("input[value=accept]").check()
    await question.locator("button[type=submit]").click()
    assert "เลือกแถวอย่างน้อยหนึ่งแถว" in await question.locator(".wrong").inner_text()
    if await question.locator(".raw").get_attribute("open") is None:
        await question.locator(".raw summary").click()
    await question.locator("li:has(pre:has-text('650,000')) input").check()
    await question.locator("button[type=submit]").click()
    await page.wait_for_selector("#done")
    assert "ยังรอตรวจ 7 แถว" in await page.inner_text("#done")


async def test_ruling_retried_after_lost_response_is_recorded_once(
    open_editable_page: OpenPage, editable_hub: SourceHub
) -> None:
    page = await open_editable_page("/sources#budget_act", viewer="steward")
    question = await open_question(page, "จังหวัดสิงค์บุรี")
    await question.get_by_label("สะกดใกล้เคียง").check()
    keys: list[str] = []

    async def lose_response(route: Any) -> None:
        sent = json.loads(route.request.post_data or "{}")
        if "quarantineSettle" not in sent["query"]:
            await route.continue_()
            return
        keys.append(sent["variables"]["input"]["idempotencyKey"])
        await route.fetch()  # the request arrives, the response is lost
        await route.abort()

    await page.route(GRAPHQL, lose_response)
    await question.locator("button[type=submit]").click()
    await page.wait_for_selector(".wrong b")
    assert "ไม่บันทึกซ้ำ" in await page.inner_text(".wrong:has(b)")
    await page.unroute(GRAPHQL)
    async with page.expect_request(lambda r: "quarantineSettle" in (r.post_data or "")) as again:
        await question.locator("button[type=submit]").click()
    sent = json.loads((await again.value).post_data)
    assert sent["variables"]["input"]["idempotencyKey"] == keys[0]
    await page.wait_for_selector("#done")
    assert "เสร็จ 2 แถว" in await page.inner_text("#done")
    events = "select count(*) from source_event where source_id = 'budget_act' and run_id is null"
    assert await editable_hub.database.pool.fetchval(events) == 1


async def test_edited_ruling_stays_when_others_change_the_source(
    open_editable_page: OpenPage, editable_hub: SourceHub
) -> None:
    page = await open_editable_page("/sources#budget_act", viewer="steward")
    await page.wait_for_selector("[data-live=on]")
    edited = await open_question(page, "กลุ่มจังหวัดภาคเหนือตอนบน")
    await edited.locator("input[id$=code]").fill("C2560-15")
    other_page = await open_editable_page("/sources#budget_act", viewer="steward")
    other = await open_question(other_page, "จังหวัดสิงค์บุรี")
    await other.get_by_label("สะกดใกล้เคียง").check()
    await other.locator("button[type=submit]").click()
    await other_page.wait_for_selector("#done")
    await page.wait_for_selector("#meanwhile")
    assert await edited.locator("input[id$=code]").input_value() == "C2560-15"
    await page.click("#meanwhile button")
    await page.wait_for_selector("#meanwhile", state="detached")
    assert await page.locator(QUESTION.format("จังหวัดสิงค์บุรี")).count() == 0


async def test_rows_are_reviewed_by_keyboard_only(open_editable_page: OpenPage) -> None:
    page = await open_editable_page("/sources", viewer="steward")
    await page.focus("[data-source=budget_act]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".question")
    assert await page.evaluate("document.activeElement.id") == "one-title"
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.matches('.question input[type=radio]')"):
            break
    await page.keyboard.press("Space")
    assert "จะอ่านใหม่" in await page.inner_text(".question[open] .will")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#done")
    assert await page.evaluate("document.activeElement.id") == "done"


async def test_names_with_one_proposal_are_recorded_together_and_each_can_be_revoked(
    open_editable_page: OpenPage, editable_hub: SourceHub
) -> None:
    page = await open_editable_page("/sources#budget_act", viewer="steward")
    await page.click("#sole-proposals > summary")
    names = await page.locator("#sole-proposals li").count()
    assert names >= 1
    await page.click("#choose-all")
    await page.click("#record-many")
    await page.wait_for_selector("#done")
    assert await page.locator("#sole-proposals").count() == 0
    in_force = "select count(*) from ruling where source_id = 'budget_act' and ended_at is null"
    assert await editable_hub.database.pool.fetchval(in_force) == names
    assert await page.locator("[data-ruling]").count() == names


async def test_edited_file_of_rulings_is_checked_before_it_is_recorded(
    open_editable_page: OpenPage, editable_hub: SourceHub
) -> None:
    page = await open_editable_page("/sources#budget_act", viewer="steward")
    await page.click("#ruling-files > summary")
    async with page.expect_download() as saved:
        await page.click("#download-file")
    path = await (await saved.value).path()
    head, *lines = csv.reader(path.read_text("utf-8-sig").splitlines())
    names = [heading.split(" · ")[-1] for heading in head]
    proposals, decision = names.index("proposals"), names.index("decision")
    proposed = next(line for line in lines if line[proposals])
    proposed[decision] = "nobody:knows"
    await page.set_input_files("#ruling-file", csv_file([head, proposed]))
    await page.wait_for_selector("#file-report .wrong")
    assert "แถว 2" in await page.inner_text("#file-report")
    proposed[decision] = proposed[proposals].split()[0]
    await page.set_input_files("#ruling-file", csv_file([head, proposed]))
    await page.wait_for_selector("#apply-file")
    in_force = "select count(*) from ruling where source_id = 'budget_act' and ended_at is null"
    assert await editable_hub.database.pool.fetchval(in_force) == 0
    await page.click("#apply-file")
    await page.wait_for_selector("#done")
    assert await editable_hub.database.pool.fetchval(in_force) == 1


def csv_file(lines: list[list[str]]) -> dict[str, object]:
    """Return lines as a file to choose in the browser."""
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return {"name": "rulings.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode()}
