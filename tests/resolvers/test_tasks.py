"""Tests of `viewer { tasks taskCounts }`: what waits for the viewer's agency."""

from datetime import date
from typing import Any, Final

import pytest

from hub.domain.identity.viewer import Viewer
from hub.domain.linkage_commands import (
    IssueLookup,
    WorkRequestAnswerCommand,
    WorkRequestCreateCommand,
)
from hub.domain.linkages import LinkageDecision
from hub.domain.lookups import Lookup
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.domain.work_requests import WorkRequestDecision
from hub.services.commands.acting import Acting
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.services.linkages.both_sides import (
    DEPARTMENT,
    MINISTRY,
    OTHER_MINISTRY,
    OTHER_PROVINCE,
    PROVINCE,
    BothSides,
    draft,
    insert_issues,
    insert_project,
    next_key,
)

ISSUE: Final = "plan-20-2566-PUBLISHED-1"
TASKS: Final = """
query Tasks($kind: [TaskKind!], $area: ID, $dueBefore: Date, $first: Int = 20, $after: String) {
  viewer {
    taskCounts { kind count overdue }
    tasks(kind: $kind, area: $area, dueBefore: $dueBefore, first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes {
        id kind title { th en } agency { id } area { code } fiscalYear { be } dueOn overdue
        requestedBy { id } rule { code } createdAt
        subject { id ... on Linkage { version } ... on WorkRequest { version } }
      }
    }
  }
}
"""


@pytest.fixture
async def sides(fresh_database: Database) -> BothSides:
    """Return the commands over a database with projects and issues of Chon Buri alone."""
    # Those of the deck wait for the province that was the operations centre of their cluster.
    await fresh_database.pool.execute("delete from linkage")
    await insert_issues(fresh_database, "20", ["1", "2"])
    for key in ("p1", "p2", "p3"):
        await insert_project(fresh_database, key)
    return BothSides(fresh_database)


async def fetch_tasks(
    api: GraphQLApi, sides: BothSides, viewer: Viewer, **variables: Any
) -> dict[str, Any]:
    """Return the tasks of a viewer, without errors."""
    answer = await api(TASKS, variables, viewer=viewer, database=sides.database)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]["viewer"]  # type: ignore[no-any-return]  # JSON


async def list_titles(
    api: GraphQLApi, sides: BothSides, viewer: Viewer, **variables: Any
) -> list[str]:
    """Return the English titles of the tasks of a viewer."""
    tasks = (await fetch_tasks(api, sides, viewer, **variables))["tasks"]
    return [one["title"]["en"] for one in tasks["nodes"]]


async def create_request(sides: BothSides, **more: Any) -> str:
    """Request work of two agencies for Chon Buri; return the id."""
    fields: dict[str, Any] = {
        "area_id": "20",
        "issue": IssueLookup(key=ISSUE),
        "agency_ids": ("department:05003", "ministry:22"),
        "text": "ขอให้พัฒนามาตรฐานมัคคุเทศก์ในพื้นที่",
        "fiscal_years": FiscalYearRange(FiscalYear(2023), FiscalYear(2023)),
        **more,
    }
    payload = await sides.commands.create_request(
        Acting(PROVINCE), WorkRequestCreateCommand(next_key(), **fields)
    )
    assert payload.request_id is not None, payload.user_errors
    return payload.request_id


async def answer_request(
    sides: BothSides, viewer: Viewer, request_id: str, decision: WorkRequestDecision, **more: Any
) -> str | None:
    """Answer a request as the viewer; return the id of the offered linkage."""
    version = await sides.database.pool.fetchval(
        "select version from work_request where id = $1", request_id
    )
    command = WorkRequestAnswerCommand(next_key(), request_id, version, decision, **more)
    payload = await sides.commands.answer_request(Acting(viewer), command)
    assert not payload.user_errors, payload.user_errors
    return payload.linkage_id


async def test_proposal_is_a_task_of_the_side_that_has_not_decided_until_it_decides(
    api: GraphQLApi, sides: BothSides
) -> None:
    linkage = await sides.propose_one(MINISTRY, draft("p1", ISSUE))
    found = await fetch_tasks(api, sides, PROVINCE)
    assert found["taskCounts"] == [{"kind": "LINKAGE_DECIDE", "count": 1, "overdue": 0}]
    [task] = found["tasks"]["nodes"]
    assert task["subject"] == {"id": linkage.gid, "version": 1}
    assert task["title"] == {
        "th": "ตัดสินใจความเชื่อมโยงของ “p1” กับ “1”",
        "en": "Decide on the linkage of “p1” to “1”",
    }
    assert task["agency"] == {"id": "gid://hub/Agency/province:20"}
    assert task["requestedBy"] == {"id": "gid://hub/Agency/ministry:05"}
    assert (task["area"], task["fiscalYear"]) == ({"code": "20"}, {"be": 2566})
    assert (task["dueOn"], task["overdue"], task["rule"]) == (None, False, None)
    for viewer in (MINISTRY, DEPARTMENT, OTHER_PROVINCE, OTHER_MINISTRY):
        assert await list_titles(api, sides, viewer) == []
    assert await fetch_node(api, sides, PROVINCE, task["id"]) == {"id": task["id"]}
    assert await fetch_node(api, sides, OTHER_PROVINCE, task["id"]) is None
    await sides.decide(PROVINCE, linkage, LinkageDecision.AGREE)
    assert await list_titles(api, sides, PROVINCE) == []
    assert await fetch_node(api, sides, PROVINCE, task["id"]) is None


async def fetch_node(api: GraphQLApi, sides: BothSides, viewer: Viewer, key: str) -> Any:
    """Return the node with an id as the viewer sees it."""
    answer = await api(f'{{ node(id: "{key}") {{ id }} }}', viewer=viewer, database=sides.database)
    return answer["data"]["node"]


async def test_proposal_of_the_area_is_a_task_of_the_owner_and_of_its_ministry(
    api: GraphQLApi, sides: BothSides
) -> None:
    await sides.propose_one(PROVINCE, draft("p1", ISSUE))
    for viewer in (DEPARTMENT, MINISTRY):
        found = await fetch_tasks(api, sides, viewer)
        [task] = found["tasks"]["nodes"]
        assert task["agency"] == {"id": "gid://hub/Agency/department:05003"}
    for viewer in (PROVINCE, OTHER_MINISTRY):
        assert await list_titles(api, sides, viewer) == []


async def test_changed_share_is_a_task_of_the_other_side_and_a_dispute_of_no_side(
    api: GraphQLApi, sides: BothSides
) -> None:
    linkage = await sides.propose_one(MINISTRY, draft("p1", ISSUE, "0.5"))
    await sides.decide(PROVINCE, linkage, LinkageDecision.AGREE)
    await sides.set_share(PROVINCE, await sides.read(linkage.id), "0.3")
    assert await list_titles(api, sides, MINISTRY) == ["Decide on the linkage of “p1” to “1”"]
    assert await list_titles(api, sides, PROVINCE) == []
    linkage = await sides.read(linkage.id)
    await sides.decide(MINISTRY, linkage, LinkageDecision.REJECT, "สัดส่วนเดิมถูกต้อง")
    assert await list_titles(api, sides, MINISTRY) == []
    other = await sides.propose_one(MINISTRY, draft("p2", ISSUE))
    await sides.decide(PROVINCE, other, LinkageDecision.DISPUTE, "ไม่ตรงพื้นที่")
    for viewer in (MINISTRY, PROVINCE):
        assert await list_titles(api, sides, viewer) == []


async def test_draft_linkage_is_no_task_of_an_area_that_may_not_see_it(
    api: GraphQLApi, sides: BothSides
) -> None:
    await insert_project(sides.database, "secret", visibility="PRIVATE")
    linkage = await sides.propose_one(MINISTRY, draft("secret", ISSUE))
    await sides.database.pool.execute(
        "update linkage set proposed_side = null, proposed_by_id = 'ministry:22' where id = $1",
        linkage.id,
    )
    found = await fetch_tasks(api, sides, PROVINCE)
    assert (found["taskCounts"], found["tasks"]["nodes"]) == ([], [])
    assert found["tasks"]["totalCount"] == 0


async def test_draft_issue_is_not_named_in_the_task_of_the_owner(
    api: GraphQLApi, sides: BothSides
) -> None:
    await insert_issues(sides.database, "21", ["hidden"], "PRIVATE")
    await sides.propose_one(OTHER_PROVINCE, draft("p1", "plan-21-2566-PRIVATE-hidden"))
    found = await fetch_tasks(api, sides, MINISTRY)
    for task in found["tasks"]["nodes"]:
        assert "hidden" not in task["title"]["th"]
        assert task["area"] is None


async def test_request_is_a_task_until_it_is_answered_and_again_after_a_rejected_offer(
    api: GraphQLApi, sides: BothSides
) -> None:
    request_id = await create_request(sides, answer_by=date(2020, 1, 31))
    found = await fetch_tasks(api, sides, DEPARTMENT)
    assert found["taskCounts"] == [{"kind": "WORK_REQUEST_ANSWER", "count": 1, "overdue": 1}]
    [task] = found["tasks"]["nodes"]
    assert (task["dueOn"], task["overdue"]) == ("2020-01-31", True)
    assert task["title"]["en"] == "Answer the request for work at “1”"
    assert task["requestedBy"] == {"id": "gid://hub/Agency/province:20"}
    assert len(await list_titles(api, sides, MINISTRY)) == 1
    offered = await answer_request(
        sides, DEPARTMENT, request_id, WorkRequestDecision.OFFER, project=Lookup(key="p1")
    )
    assert await list_titles(api, sides, DEPARTMENT) == []
    assert len(await list_titles(api, sides, OTHER_MINISTRY)) == 1
    linkage = await sides.read(offered)
    await sides.decide(PROVINCE, linkage, LinkageDecision.REJECT, "ไม่ตรง")
    assert len(await list_titles(api, sides, DEPARTMENT)) == 1
    decline = WorkRequestDecision.DECLINE
    await answer_request(sides, DEPARTMENT, request_id, decline, reason="ไม่มีงบประมาณ")
    assert await list_titles(api, sides, DEPARTMENT) == []


async def test_tasks_are_ordered_by_date_and_paged_without_gaps(
    api: GraphQLApi, sides: BothSides
) -> None:
    for project in ("p1", "p2", "p3"):
        await sides.propose_one(PROVINCE, draft(project, ISSUE))
    for day in (9, 3):
        await create_request(sides, answer_by=date(2027, 3, day))
    whole = await fetch_tasks(api, sides, DEPARTMENT)
    dates = [one["dueOn"] for one in whole["tasks"]["nodes"]]
    assert dates == ["2027-03-03", "2027-03-09", None, None, None]
    paged: list[str] = []
    after = None
    while True:
        page = (await fetch_tasks(api, sides, DEPARTMENT, first=2, after=after))["tasks"]
        assert page["totalCount"] == 5
        paged += [one["id"] for one in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert paged == [one["id"] for one in whole["tasks"]["nodes"]]


async def test_tasks_are_filtered_by_kind_area_and_date(api: GraphQLApi, sides: BothSides) -> None:
    await sides.propose_one(PROVINCE, draft("p1", ISSUE))
    await create_request(sides, answer_by=date(2027, 3, 3))
    assert len(await list_titles(api, sides, DEPARTMENT)) == 2
    for variables, expected in (
        ({"kind": ["LINKAGE_DECIDE"]}, 1),
        ({"kind": ["QUARANTINE_REVIEW"]}, 0),
        ({"kind": []}, 0),
        ({"area": "gid://hub/Area/20"}, 2),
        ({"area": "gid://hub/Area/21"}, 0),
        ({"dueBefore": "2027-03-03"}, 1),
        ({"dueBefore": "2027-03-02"}, 0),
    ):
        found = await list_titles(api, sides, DEPARTMENT, **variables)
        assert len(found) == expected, variables


async def test_number_of_statements_does_not_depend_on_the_number_of_tasks(
    api: GraphQLApi, sides: BothSides
) -> None:
    await sides.propose_one(PROVINCE, draft("p1", ISSUE))
    await create_request(sides)
    await fetch_tasks(api, sides, DEPARTMENT)
    few = api.statement_count
    for project in ("p2", "p3"):
        await sides.propose_one(PROVINCE, draft(project, ISSUE))
        await create_request(sides)
    assert len(await list_titles(api, sides, DEPARTMENT)) == 6
    assert api.statement_count == few


async def test_waiting_rows_are_one_task_per_source_for_its_operators_alone(
    api: GraphQLApi, sides: BothSides
) -> None:
    pool = sides.database.pool
    await pool.execute(
        "insert into source (id, name_th, kind, health, owner_id, transport, cadence) "
        "values ('register', 'ทะเบียน', 'REGISTER', 'OK', 'ministry:05', 'file', 'DAILY')"
    )
    await pool.execute(
        "insert into raw_record (hash, form, payload) values ('\\x01', 'raw', '\\x01')"
    )
    run_id = await pool.fetchval(
        "insert into source_run (source_id, status, started_at, origin, spec_digest, state, ledger)"
        " values ('register', 'SUCCEEDED', now(), 'file', '', '{}', '{}') returning id"
    )
    await pool.execute(
        "insert into quarantine (run_id, source_id, source_key, scope, hash, retrieved_at, reason, "
        "field, written, doubts, amounts, status) select $1, 'register', n::text, '', '\\x01', "
        "now(), 'UNKNOWN_NAME', 'area', 'x', '[]', '[]', 'WAITING' from generate_series(1, 3) n",
        run_id,
    )
    operator = Viewer("op", "ministry:05", frozenset({"source:operate"}))
    found = await fetch_tasks(api, sides, operator)
    [task] = found["tasks"]["nodes"]
    assert task["title"]["en"] == "Review 3 waiting rows of “ทะเบียน”"
    assert task["subject"] == {"id": "gid://hub/Source/register"}
    foreign = Viewer("op", "ministry:22", frozenset({"source:operate"}))
    for viewer in (MINISTRY, foreign):
        assert await list_titles(api, sides, viewer) == []
