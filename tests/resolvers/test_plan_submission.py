"""Plans over HTTP: submitted, read back, reviewed; who may, and what others see."""

from typing import Any

from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.store.database import Database
from tests.conftest import GraphQLApi

OFFICER = Viewer("officer", "province:22", frozenset({"plan:write"}))
STRANGER = Viewer("stranger", "province:21", frozenset({"plan:write"}))
REVIEWER = Viewer("reviewer", "ministry:01", frozenset({"plan:review", "hub:oversight"}))
SUBMIT = """mutation($input: PlanSubmitInput!) { planSubmit(input: $input) {
  planVersion { id number status visibility version supersedes { id } vision { th }
    goals { name { th } } sections { kind text { th } } provenance { source { id } }
    issues { nodes { id code rank alignedTo { kind text { th } element { id } }
      strategies { id name { th } issue { id } }
      goals { id code name { th } issue { id } provenance { source { id } }
        indicators { id unit area { code } goal { id } owners { id }
          targets { fiscalYear { be } value text { th } } } }
      revisions { totalCount nodes { rank name { th } planVersion { number } } } } }
    items { totalCount nodes { id name { th } issue { id rank } stage { code } budgetRoute
      planned { amount } responsible { id } responsibilities { agency { id } role { th } }
      planVersion { number } project { id } } }
  } userErrors { code field message { th en } } } }"""
STATUS = """mutation($input: PlanStatusSetInput!) { planStatusSet(input: $input) {
  planVersion { id status version visibility decidedBy } userErrors { code field } } }"""
GRADE = """mutation($input: PlanGradeRecordInput!) { planGradeRecord(input: $input) {
  planVersion { grades { grade by on } } userErrors { code } } }"""


def build_input(**changes: Any) -> dict[str, Any]:
    content = {
        "vision": "เมืองผลไม้คุณภาพของเอเชียภายในปี 2569",
        "sections": [{"kind": "PAST_RESULTS", "text": "ผลงานปี 2565"}],
        "goals": [{"name": "รายได้ครัวเรือนเพิ่ม"}],
        "issues": [
            {
                "code": "1",
                "name": "ผลไม้คุณภาพ",
                "rank": 1,
                "valueChain": {"code": "agri-food"},
                "alignedTo": [{"kind": "NATIONAL", "text": "การแข่งขัน"}],
                "goals": [
                    {
                        "code": "1.1",
                        "name": "ผลไม้ได้มาตรฐาน",
                        "indicators": [
                            {
                                "name": "เกษตรกรที่ผ่าน GAP",
                                "unit": "ราย",
                                "owners": ["gid://hub/Agency/province:22"],
                                "targets": [
                                    {"fiscalYear": {"be": 2566}, "value": "100"},
                                    {"fiscalYear": {"be": 2567}, "text": "เพิ่มขึ้น"},
                                ],
                            }
                        ],
                    }
                ],
                "strategies": [{"name": "แปลงใหญ่"}],
            },
            {"code": "2", "name": "ท่องเที่ยวชุมชน", "rank": 2},
        ],
        "items": [
            {
                "name": "อบรมเกษตรกร",
                "issueCode": "1",
                "budgetRoute": "AREA_DIRECT",
                "planned": "1500000.50",
                "responsible": "gid://hub/Agency/province:22",
                "responsibilities": [
                    {"agency": "gid://hub/Agency/ministry:07", "role": "ถ่ายทอดเทคโนโลยี"}
                ],
            }
        ],
    }
    return {
        "idempotencyKey": "k1",
        "owner": "gid://hub/Area/22",
        "kind": "PROVINCE_DEVELOPMENT",
        "title": "แผนพัฒนาจังหวัดจันทบุรี",
        "fiscalYears": {"from": {"be": 2566}, "to": {"be": 2569}},
        "content": content,
        **changes,
    }


async def send(
    api: GraphQLApi, database: Database, query: str, viewer: Viewer = OFFICER, **variables: Any
) -> dict[str, Any]:
    answer = await api(query, variables, database=database, viewer=viewer)
    assert "errors" not in answer, answer
    [payload] = answer["data"].values()
    assert isinstance(payload, dict)
    return payload


async def test_submitted_version_is_read_back_as_it_was_sent(
    api: GraphQLApi, fresh_database: Database
) -> None:
    payload = await send(api, fresh_database, SUBMIT, input=build_input())
    assert payload["userErrors"] == []
    version = payload["planVersion"]
    assert (version["number"], version["status"], version["visibility"]) == (1, "DRAFT", "PRIVATE")
    assert version["provenance"] == [{"source": {"id": "gid://hub/Source/submitted-plans"}}]
    first, second = version["issues"]["nodes"]
    assert (first["rank"], second["code"]) == (1, "2")
    [goal] = first["goals"]
    assert goal["issue"] == {"id": first["id"]}
    [indicator] = goal["indicators"]
    assert indicator["area"] == {"code": "22"}
    assert indicator["owners"] == [{"id": "gid://hub/Agency/province:22"}]
    assert indicator["goal"] == {"id": goal["id"]}
    assert indicator["targets"] == [
        {"fiscalYear": {"be": 2566}, "value": "100", "text": {"th": "100"}},
        {"fiscalYear": {"be": 2567}, "value": None, "text": {"th": "เพิ่มขึ้น"}},
    ]
    assert first["strategies"][0]["issue"] == {"id": first["id"]}
    assert first["alignedTo"][0]["kind"] == "NATIONAL"
    [item] = version["items"]["nodes"]
    assert item["planned"] == {"amount": "1500000.50"}
    assert item["issue"] == {"id": first["id"], "rank": 1}
    assert item["responsibilities"][0]["agency"] == {"id": "gid://hub/Agency/ministry:07"}
    for node in (goal, indicator, first["strategies"][0], item):
        found = await send(
            api, fresh_database, "query($id: ID!) { node(id: $id) { id } }", id=node["id"]
        )
        assert found == {"id": node["id"]}


async def test_number_of_statements_does_not_grow_with_the_content(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await send(api, fresh_database, SUBMIT, input=build_input())
    counts = []
    for key, extra in (("k2", 0), ("k3", 30)):
        changed = build_input(idempotencyKey=key)
        changed["base"] = f"gid://hub/PlanVersion/{await newest(fresh_database)}"
        issue = changed["content"]["issues"][0]
        changed["content"]["issues"] += [
            {**issue, "code": f"x{i}", "name": f"ประเด็น {i}", "rank": 3 + i} for i in range(extra)
        ]
        payload = await send(api, fresh_database, SUBMIT, input=changed)
        assert payload["userErrors"] == []
        counts.append(api.statement_count)
    assert counts[0] == counts[1]


async def newest(database: Database) -> str:
    found: str = await database.pool.fetchval(
        "select id from plan_version where plan_id like 'plan-22-%' order by number desc limit 1"
    )
    return found


async def test_others_learn_nothing_of_a_draft(api: GraphQLApi, fresh_database: Database) -> None:
    payload = await send(api, fresh_database, SUBMIT, input=build_input())
    version = payload["planVersion"]
    ids = [
        version["id"],
        version["issues"]["nodes"][0]["id"],
        version["issues"]["nodes"][0]["goals"][0]["id"],
        version["issues"]["nodes"][0]["goals"][0]["indicators"][0]["id"],
        version["issues"]["nodes"][0]["strategies"][0]["id"],
        version["items"]["nodes"][0]["id"],
    ]
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    for viewer, seen in ((OFFICER, True), (STRANGER, False), (REVIEWER, False), (ANONYMOUS, False)):
        answer = await api(query, {"ids": ids}, database=fresh_database, viewer=viewer)
        assert answer["data"]["nodes"] == ([{"id": one} for one in ids] if seen else [None] * 6)


async def test_submission_for_another_area_is_not_allowed(
    api: GraphQLApi, fresh_database: Database
) -> None:
    payload = await send(api, fresh_database, SUBMIT, STRANGER, input=build_input())
    assert payload["planVersion"] is None
    assert [one["code"] for one in payload["userErrors"]] == ["NOT_ALLOWED"]
    assert payload["userErrors"][0]["message"]["en"]


async def test_approved_version_is_published_and_supersedes_the_one_before(
    api: GraphQLApi, fresh_database: Database
) -> None:
    versions: list[str] = []
    for number in (1, 2):
        command = build_input(idempotencyKey=f"v{number}")
        if versions:
            command["base"] = versions[-1]
        version = (await send(api, fresh_database, SUBMIT, input=command))["planVersion"]
        versions.append(version["id"])
        for i, status in enumerate(("IN_CONSULTATION", "SUBMITTED", "SCREENED", "APPROVED")):
            change = {
                "idempotencyKey": f"{number} {status}",
                "planVersion": version["id"],
                "expectedVersion": i + 1,
                "status": status,
            }
            if status == "APPROVED":
                refused = await send(api, fresh_database, STATUS, input=change)
                assert refused["userErrors"][0]["field"] == ["decidedOn"]
                change |= {"decidedOn": "2022-08-30", "decidedBy": "คณะรัฐมนตรี"}
            payload = await send(api, fresh_database, STATUS, input=change)
            assert payload["userErrors"] == []
    assert payload["planVersion"]["visibility"] == "PUBLISHED"
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on PlanVersion { status } } }"
    answer = await api(query, {"ids": versions}, database=fresh_database)
    assert answer["data"]["nodes"] == [{"status": "SUPERSEDED"}, {"status": "APPROVED"}]


async def test_status_is_changed_one_step_at_a_time_by_the_owner(
    api: GraphQLApi, fresh_database: Database
) -> None:
    version = (await send(api, fresh_database, SUBMIT, input=build_input()))["planVersion"]
    change = {"idempotencyKey": "s", "planVersion": version["id"], "expectedVersion": 1}
    skipped = await send(api, fresh_database, STATUS, input={**change, "status": "APPROVED"})
    assert [one["code"] for one in skipped["userErrors"]] == ["INVALID_VALUE"]
    stale = {**change, "status": "IN_CONSULTATION", "expectedVersion": 2}
    payload = await send(api, fresh_database, STATUS, input=stale)
    assert [one["code"] for one in payload["userErrors"]] == ["STALE_VERSION"]
    foreign = {**change, "status": "IN_CONSULTATION"}
    payload = await send(api, fresh_database, STATUS, STRANGER, input=foreign)
    assert [one["code"] for one in payload["userErrors"]] == ["NOT_FOUND"]


async def test_grade_of_reviewers_is_attached_to_the_version(
    api: GraphQLApi, fresh_database: Database
) -> None:
    version = (await send(api, fresh_database, SUBMIT, input=build_input()))["planVersion"]
    await fresh_database.pool.execute(
        "update plan_version set visibility = 'LISTED' where plan_id like 'plan-22-%'"
    )
    grade = {"idempotencyKey": "g", "planVersion": version["id"], "grade": "GOOD", "by": "ก.น.จ."}
    payload = await send(api, fresh_database, GRADE, REVIEWER, input=grade)
    assert payload["userErrors"] == []
    assert payload["planVersion"]["grades"] == [{"grade": "GOOD", "by": "ก.น.จ.", "on": None}]
    own = Viewer("own", "province:22", frozenset({"plan:review"}))
    payload = await send(api, fresh_database, GRADE, own, input={**grade, "idempotencyKey": "h"})
    assert [one["code"] for one in payload["userErrors"]] == ["NOT_ALLOWED"]


async def test_submission_without_the_scope_is_rejected(
    api: GraphQLApi, fresh_database: Database
) -> None:
    reader = Viewer("reader", "province:22")
    answer = await api(SUBMIT, {"input": build_input()}, database=fresh_database, viewer=reader)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_amount_with_parts_of_a_satang_is_rejected_with_its_field(
    api: GraphQLApi, fresh_database: Database
) -> None:
    command = build_input()
    command["content"]["items"][0]["planned"] = "0.001"
    answer = await api(SUBMIT, {"input": command}, database=fresh_database, viewer=OFFICER)
    assert "input.content.items.0.planned" in answer["errors"][0]["message"]
