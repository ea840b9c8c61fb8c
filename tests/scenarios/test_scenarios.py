"""The scenarios of linking by machine, importing a plan, asking for work and following changes.

Clients have tokens and nothing but HTTP; the hub runs with its background jobs.
"""

import asyncio
from typing import Any, Final

from graphql import build_schema, validate

from hub.services.plans.render_plan_json import render_plan
from hub.services.plans.workbook_layout import ITEMS
from hub.services.plans.write_workbook import write_workbook
from hub.store.database import Database
from schema.contract import render_sdl
from tests.scenarios.operations import LATER, LEFT_OUT, load_operations, operation
from tests.scenarios.running_hub import HttpClient, RunningHub
from tests.services.plans.submissions import SUBMISSION
from tests.services.plans.test_import_plan import POSITIONS, edit_workbook, with_items

MINISTRY: Final = "ministry:05"
CLUSTER_AGENCY: Final = "cluster:C2560-09"
CLUSTER: Final = "gid://hub/Area/C2560-09"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_every_operation_is_answered_or_listed_with_what_it_waits_for() -> None:
    schema = build_schema(render_sdl())
    operations = load_operations()
    assert len(operations) == 76
    invalid = {name for name, document in operations.items() if validate(schema, document)}
    assert invalid == set(LATER)
    assert set(LEFT_OUT) <= set(operations)


def draft(number: int) -> dict[str, Any]:
    """Return the proposal of one project to the first issue of the cluster."""
    code = f"MOTS-70-{117 + number}"
    return {
        "key": code,
        "project": {"external": {"scheme": "mots", "value": code}},
        "issue": {"inPlan": {"area": "C2560-09", "fiscalYear": {"be": 2570}, "code": "1"}},
        "stageCode": "1",
        "share": "0.3",
        "reason": "โครงการพัฒนาแหล่งท่องเที่ยวในพื้นที่กลุ่มจังหวัด",
    }


def decide(linkage: dict[str, Any], decision: str) -> dict[str, Any]:
    """Return a decision on a linkage."""
    reason = None if decision == "AGREE" else "คนละพื้นที่"
    return {
        "linkage": linkage["id"],
        "expectedVersion": linkage["version"],
        "decision": decision,
        "reason": reason,
    }


async def follow(client: HttpClient, after: str | None = None) -> tuple[list[Any], str]:
    """Return the changes of linkages after a cursor, and the cursor after them."""
    found: list[Any] = []
    cursor, more = after, True
    while more:
        page = (await client.send("FollowLinkages", after=cursor))["linkageChanges"]
        found, cursor, more = [*found, *page["changes"]], page["cursor"], page["more"]
    assert cursor is not None
    return found, cursor


async def test_ministry_proposes_links_and_the_area_decides(hub: RunningHub) -> None:
    ministry, area = await hub.client(MINISTRY), await hub.client(CLUSTER_AGENCY)
    _, cursor = await follow(area)
    async with area.subscribe("ListenToLinkages", after=cursor) as events:
        items = [draft(number) for number in range(2, 7)]
        proposed = (await ministry.send("MinistryProposesLinks", items=items))["linkagePropose"]
        assert [one["userErrors"] for one in proposed["results"]] == [[]] * 5
        linkages = [one["linkage"] for one in proposed["results"]]
        one = (await ministry.send("MinistryProposesOneLink"))["linkagePropose"]
        assert one["results"][0]["linkage"]["status"] == "PROPOSED"
        again = (await ministry.send("MinistryProposesOneLink"))["linkagePropose"]
        assert again["results"][0]["linkage"]["id"] == one["results"][0]["linkage"]["id"]
        waiting = (await area.send("LinksAwaitingMyArea", area=CLUSTER))["linkages"]["nodes"]
        assert len(waiting) == 6
        assert all("AGREE" in node["viewerActions"] for node in waiting)
        decisions = [
            *(decide(linkage, "AGREE") for linkage in linkages[:3]),
            *(decide(linkage, "REJECT") for linkage in linkages[3:]),
        ]
        decided = (await area.send("AreaDecides", items=decisions))["linkageDecide"]["results"]
        states = [result["linkage"]["status"] for result in decided]
        assert states == ["AGREED"] * 3 + ["REJECTED"] * 2
        undone = await area.send(
            "AreaUndoes",
            linkage=linkages[0]["id"],
            version=decided[0]["linkage"]["version"],
        )
        [result] = undone["linkageUndo"]["results"]
        assert (result["userErrors"], result["linkage"]["status"]) == ([], "PROPOSED")
        received = [(await anext(events))["linkageEvents"] for _ in range(12)]
    await asyncio.sleep(1)  # a change is in the feed at most half a second after its commit
    read, _ = await follow(area, cursor)
    assert [(one["id"], one["version"]) for one in received] == [
        (one["id"], one["version"]) for one in read
    ]
    assert len(read) == 12
    versions: dict[str, int] = {}
    for change in read:
        assert change["version"] == versions.get(change["id"], 0) + 1
        versions[change["id"]] = change["version"]


async def test_suggestions_are_read_and_one_is_dismissed(hub: RunningHub) -> None:
    ministry = await hub.client("department:05003")
    project = "gid://hub/Project/mots-6"
    found = (await ministry.send("Suggest", project=project))["linkageSuggestions"]
    [first, *_] = found["suggestions"]["nodes"]
    assert first["reasons"][0]["text"]["th"]
    dismissed = await ministry.send("NotThisOne", suggestion=first["id"])
    assert dismissed["suggestionDismiss"]["dismissed"] == [first["id"]]
    left = (await ministry.send("Suggest", project=project))["linkageSuggestions"]
    assert first["id"] not in [one["id"] for one in left["suggestions"]["nodes"]]


async def import_file(client: HttpClient, upload: str, mode: str) -> Any:
    """Start an import, wait until it has ended, and return its result."""
    started = (await client.send("ReadPlanFile", upload=upload, mode=mode))["importStart"]
    ended = await client.wait_for(
        "PlanFileResult", "importJob.status", "SUCCEEDED", "FAILED", job=started["importJob"]["id"]
    )
    return ended["importJob"]


async def test_province_imports_a_plan_of_which_50_of_500_rows_are_wrong(hub: RunningHub) -> None:
    province = await hub.client("province:22")

    def _break(book: Any) -> None:
        for row in range(2, 502, 10):
            book[ITEMS.name].cell(row, POSITIONS["planned"]).value = "ห้าแสน"

    content = edit_workbook(write_workbook(with_items(500)), _break)
    place = (await province.send("PlaceForPlan"))["uploadCreate"]["upload"]
    headers = {**province.headers, "Content-Type": XLSX}
    sent = await hub.http.put(place["url"], content=content, headers=headers)
    assert sent.status_code == 204, sent.text
    checked = await import_file(province, place["id"], "CHECK_ONLY")
    assert (checked["status"], checked["rowsWrong"]) == ("SUCCEEDED", 50)
    assert checked["produced"]["nodes"] == []
    stored = await import_file(province, place["id"], "VALID_ROWS")
    assert (stored["status"], stored["error"]) == ("SUCCEEDED", None)
    assert (stored["rowsWrong"], stored["rowsStored"]) == (50, stored["rowCount"] - 50)
    assert len(stored["issues"]["nodes"]) == 50
    for issue in stored["issues"]["nodes"]:
        assert issue["place"]["sheet"] == ITEMS.name
        assert issue["place"]["row"]
        assert issue["written"] == "ห้าแสน"
        assert issue["fix"]["th"]
    [produced] = stored["produced"]["nodes"]
    version = produced["node"]["id"]
    await check_form(hub, province, version)
    changed = (await province.send("WhatChanged", version=version))["node"]
    assert changed["diff"] is None  # the first version
    assert {one["outcome"] for one in changed["checks"]} <= {"FAIL", "FLAG", "NOT_DECLARED"}
    # A draft is in consultation before it is submitted.
    first = operation("SubmitPlan").replace("SUBMITTED", "IN_CONSULTATION")
    moved = await province.execute(first, version=version, read=1)
    read = moved["planStatusSet"]["planVersion"]["version"]
    submitted = await province.send("SubmitPlan", version=version, read=read)
    assert submitted["planStatusSet"]["planVersion"]["status"] == "SUBMITTED"


async def check_form(hub: RunningHub, client: HttpClient, version: str) -> None:
    """Check that the form of a version can be fetched, and contains the version."""
    forms = (await client.send("PlanForm", plan=version))["importTemplates"]
    assert {one["kind"] for one in forms} == {"DEVELOPMENT_PLAN", "ANNUAL_PLAN"}
    form = await hub.http.get(forms[0]["xlsxUrl"], headers=client.headers)
    assert form.status_code == 200
    assert len(form.content) > 10_000
    assert (await hub.http.get(forms[0]["jsonSchemaUrl"])).json()["type"] == "object"


async def test_plan_is_checked_as_json_without_storing_it(hub: RunningHub) -> None:
    cluster = await hub.client("cluster:C2560-08")
    content = render_plan(SUBMISSION)["content"]
    answer = await cluster.send(
        "SubmitPlanAsJson", owner="gid://hub/Area/C2560-08", content=content
    )
    payload = answer["planSubmit"]
    assert payload["planVersion"] is None
    assert {one["rule"]["code"] for one in payload["checks"]} >= {"R15", "R23"}


async def test_area_requests_work_and_an_agency_offers_a_project(hub: RunningHub) -> None:
    area, department = await hub.client(CLUSTER_AGENCY), await hub.client("department:05003")
    gaps = (await area.send("GapsOfMyTopIssues", area=CLUSTER))["findings"]
    [gap] = [one for one in gaps["nodes"] if one["id"] == "gid://hub/Finding/gap"]
    assert [one["rule"]["code"] for one in gap["reasons"]] == ["R63"]
    created = await area.send(
        "AskForWork",
        area=CLUSTER,
        agency="gid://hub/Agency/department:05003",
        finding=gap["id"],
    )
    request = created["workRequestCreate"]["workRequest"]
    assert request["status"] == "OPEN"
    answered = (
        await department.send("AnswerWork", request=request["id"], read=request["version"])
    )["workRequestAnswer"]
    assert answered["workRequest"]["status"] == "OFFERED"
    decision = [decide(answered["linkage"], "AGREE")]
    decided = (await area.send("AreaDecides", items=decision))["linkageDecide"]["results"]
    assert decided[0]["linkage"]["status"] == "AGREED"
    state = "select withdrawn_at is null and version > 1 from work_request where id = $1"
    assert await hub.database.pool.fetchval(state, request["id"].rsplit("/", 1)[1])


async def test_receiver_that_cannot_be_reached_is_found_and_replayed(hub: RunningHub) -> None:
    ministry = await hub.client(MINISTRY)
    start = (await ministry.send("AllChanges"))["changes"]["cursor"]
    created = (await ministry.send("RegisterWebhook"))["webhookCreate"]
    webhook = created["webhook"]["id"]
    assert created["secret"].startswith("whsec_")
    await change_linkage(hub.database)
    failing = await wait_for_failed_delivery(ministry, webhook)
    assert failing["topic"] == "LINKAGE"
    assert failing["attempts"][0]["httpStatus"] is None
    replayed = await ministry.send("ReplayFromCursor", webhook=webhook, cursor=start)
    assert replayed["webhookReplay"]["queued"] >= 1


async def change_linkage(database: Database) -> None:
    """Change a linkage of the deck, as any command does."""
    await database.pool.execute(
        "update linkage set version = version + 1 where id = (select min(id) from linkage "
        "where visibility = 'PUBLISHED')"
    )


async def wait_for_failed_delivery(client: HttpClient, webhook: str) -> Any:
    """Return the first delivery that failed."""
    async with asyncio.timeout(60):
        while True:
            node = (await client.send("DeadLetters", webhook=webhook))["node"]
            found = [one for one in node["deliveries"]["nodes"] if one["attempts"]]
            if found:
                return found[0]
            await asyncio.sleep(0.2)


async def test_findings_are_dismissed_with_a_reason(hub: RunningHub) -> None:
    cluster = await hub.client(CLUSTER_AGENCY)
    answer = await cluster.send("NothingToDo", finding="gid://hub/Finding/gap", read=1)
    [result] = answer["findingDismiss"]["results"]
    assert result["userErrors"] == []
    assert result["finding"]["status"] == "DISMISSED"
    assert result["finding"]["dismissal"]["reason"] == "รอการปรับแก้ในระบบต้นทาง"


async def test_grades_of_plans_and_counts_of_issues_are_public(hub: RunningHub) -> None:
    reader = await hub.client("province:95", frozenset())
    found = await reader.send("GradesAndCounts")
    assert found["planGrades"]
    assert found["issueCounts"]
