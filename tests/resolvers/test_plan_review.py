"""Differences and checks of plans over HTTP."""

from hub.domain.identity.viewer import ANONYMOUS
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.resolvers.test_plan_submission import OFFICER, STRANGER, build_input, send
from tests.services.findings.changed_projects import insert_project

DIFF_FIELDS = """{ from { number } to { number } budgetDelta { amount }
  changes(first: 50) { totalCount nodes { kind field before after element { __typename id }
    budgetDelta { amount } by { id } } } }"""
SUBMIT = """mutation($input: PlanSubmitInput!) { planSubmit(input: $input) {
  planVersion { id } diff %s checks { rule { code } outcome message { en } quote { th en }
  citation matched } userErrors { code message { en } } } }""".replace("%s", DIFF_FIELDS)
DIFF = f"query($by: PlanDiffBy!) {{ planDiff(by: $by) {DIFF_FIELDS} }}"


async def submit_two(api: GraphQLApi, database: Database) -> tuple[str, dict]:  # type: ignore[type-arg]
    first = (await send(api, database, SUBMIT, input=build_input()))["planVersion"]["id"]
    changed = build_input(idempotencyKey="k2", base=first)
    content = changed["content"]
    content["issues"][0] |= {"name": "ผลไม้คุณภาพสูง", "rank": 2}
    content["issues"][1]["rank"] = 1
    content["items"][0]["planned"] = 2_000_000
    content["issues"][0]["strategies"] = []
    return first, await send(api, database, SUBMIT, input=changed)


async def test_difference_of_two_versions_names_what_changed_and_by_whom(
    api: GraphQLApi, fresh_database: Database
) -> None:
    first, payload = await submit_two(api, fresh_database)
    diff = payload["diff"]
    assert (diff["from"]["number"], diff["to"]["number"]) == (1, 2)
    assert diff["budgetDelta"] == {"amount": "499999.50"}
    found = [(one["kind"], one["field"], one["before"], one["after"]) for one in
             diff["changes"]["nodes"]]  # fmt: skip
    assert found == [
        ("RERANKED", "rank", "2", "1"),
        ("CHANGED", "name", "ผลไม้คุณภาพ", "ผลไม้คุณภาพสูง"),
        ("RERANKED", "rank", "1", "2"),
        ("CHANGED", "planned", "1500000.50", "2000000.00"),
        ("REMOVED", None, None, None),
    ]
    assert diff["changes"]["nodes"][-1]["element"]["__typename"] == "Strategy"
    assert {one["by"]["id"] for one in diff["changes"]["nodes"]} == {"gid://hub/Agency/province:22"}
    by = {"versions": {"from": first, "to": payload["planVersion"]["id"]}}
    assert await send(api, fresh_database, DIFF, by=by) == diff
    for viewer in (STRANGER, ANONYMOUS):
        answer = await api(DIFF, {"by": by}, database=fresh_database, viewer=viewer)
        assert answer["errors"][0]["extensions"]["code"] == "INVALID"


async def test_years_are_compared_by_the_current_versions_of_their_plans(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await send(api, fresh_database, SUBMIT, input=build_input())
    years = {"from": {"be": 2570}, "to": {"be": 2573}}
    content = build_input()["content"]
    for issue in content["issues"]:
        for goal in issue.get("goals", ()):
            for indicator in goal["indicators"]:
                indicator["targets"] = [{"fiscalYear": {"be": 2570}, "value": "100"}]
    later = build_input(idempotencyKey="l", fiscalYears=years, content=content)
    await send(api, fresh_database, SUBMIT, input=later)
    by = {
        "owner": "gid://hub/Area/22",
        "kind": "PROVINCE_DEVELOPMENT",
        "from": {"be": 2566},
        "to": {"be": 2570},
    }
    diff = await send(api, fresh_database, DIFF, by={"years": by})
    assert {one["field"].split(".")[0] for one in diff["changes"]["nodes"]} == {"targets"}
    answer = await api(
        DIFF,
        {"by": {"years": {**by, "to": {"be": 2600}}}},
        database=fresh_database,
        viewer=OFFICER,
    )
    assert "by.years.to" in answer["errors"][0]["message"]


async def test_checks_are_answered_with_the_submission_and_prevent_submitting_but_not_a_draft(
    api: GraphQLApi, fresh_database: Database
) -> None:
    command = build_input()
    command["content"]["issues"][1]["rank"] = 5
    command["content"]["goals"].append(
        {"name": "เศรษฐกิจโต", "indicators": [{"name": "ผลิตภัณฑ์มวลรวมจังหวัด (GPP) โต"}]}
    )
    refused = await send(api, fresh_database, SUBMIT, input={**command, "status": "SUBMITTED"})
    assert {one["code"] for one in refused["userErrors"]} == {"RULE_VIOLATION"}
    assert any("rule R23 is not met" in one["message"]["en"] for one in refused["userErrors"])
    draft = await send(api, fresh_database, SUBMIT, input={**command, "idempotencyKey": "d"})
    assert draft["userErrors"] == []
    outcomes = {one["rule"]["code"]: one for one in draft["checks"]}
    assert outcomes["R23"]["outcome"] == "FAIL"
    assert outcomes["R16"]["outcome"] == "FLAG"
    assert "GPP" in outcomes["R16"]["matched"]
    assert outcomes["R16"]["citation"] == "slide 48"
    query = """query($id: ID!) { node(id: $id) { ... on PlanVersion {
      checks(outcome: [FLAG]) { rule { code } evidence { id __typename } }
      diff { to { number } } } } }"""
    version = await send(api, fresh_database, query, id=draft["planVersion"]["id"])
    flagged = [code for code, one in outcomes.items() if one["outcome"] == "FLAG"]
    assert [one["rule"]["code"] for one in version["checks"]] == flagged
    assert version["diff"] is None
    evidence = {one["rule"]["code"]: one["evidence"] for one in version["checks"]}
    assert [one["__typename"] for one in evidence["R16"]] == ["Indicator"]


async def test_r22_counts_the_projects_in_the_area_that_are_linked_to_the_plan(
    api: GraphQLApi, fresh_database: Database
) -> None:
    version = (await send(api, fresh_database, SUBMIT, input=build_input()))["planVersion"]["id"]
    query = """query($id: ID!) { node(id: $id) { ... on PlanVersion {
      checks { rule { code } outcome message { en } } } } }"""

    async def _r22() -> tuple[str, str]:
        answer = await api(query, {"id": version}, database=fresh_database, viewer=OFFICER)
        [found] = [one for one in answer["data"]["node"]["checks"] if one["rule"]["code"] == "R22"]
        return found["outcome"], found["message"]["en"]

    assert await _r22() == ("NOT_DECLARED", "the hub has no project in the area in its years")
    async with fresh_database.write_transaction() as connection:
        await insert_project(connection, "z1", areas=["22"], years=[2024])
        await insert_project(connection, "z2", areas=["22"], years=[2024])
        await insert_project(connection, "z3", areas=["22"], years=[2020])
        await insert_project(connection, "z4", areas=["21"], years=[2024])
    outcome, message = await _r22()
    assert (outcome, message.partition(" is ")[0]) == (
        "NOT_DECLARED",
        "none of the 2 projects in the area",
    )
    link = """insert into linkage (id, project_id, issue_id, status, visibility)
        select $1, $1, min(issue_id), 'PROPOSED', 'PUBLISHED' from issue_revision
        where version_id = $2"""
    key = version.rpartition("/")[2]
    await fresh_database.pool.execute(link, "z1", key)
    assert await _r22() == ("FLAG", "projects in the area that are not linked: 1 of 2")
    await fresh_database.pool.execute(link, "z2", key)
    assert (await _r22())[0] == "PASS"
