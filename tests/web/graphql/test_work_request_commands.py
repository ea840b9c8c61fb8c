"""An area requests work over HTTP, a department offers a project, and both sides read it."""

from pathlib import Path
from typing import Final

from hub.store.database import Database
from tests.services.linkages.both_sides import insert_issues, insert_project
from tests.web.graphql.linkage_client import LINKAGE_STATE, MachineClient
from tests.web.hub_instance import HubInstance

PROBLEMS: Final = LINKAGE_STATE[: LINKAGE_STATE.index("fragment LinkageState")]
CREATE: Final = (
    PROBLEMS
    + """
mutation Create($key: String!) {
  workRequestCreate(input: {
    idempotencyKey: $key, area: "gid://hub/Area/20"
    issue: { inPlan: { area: "20", fiscalYear: { be: 2566 }, code: "1" } }
    stageCode: "attractions", actorLevel: MINISTRY, to: ["gid://hub/Agency/department:05003"]
    text: "ขอให้พัฒนามาตรฐานมัคคุเทศก์ในพื้นที่", fiscalYears: { from: { be: 2566 } }
    answerBy: "2026-12-15"
  }) { workRequest { id version status } userErrors { ...Problems } }
}
"""
)
ANSWER: Final = (
    LINKAGE_STATE
    + """
mutation Answer($key: String!, $request: ID!, $read: Int!) {
  workRequestAnswer(input: {
    idempotencyKey: $key, workRequest: $request, expectedVersion: $read, decision: OFFER
    project: { code: "p1" }, share: "1"
  }) {
    workRequest {
      version status answers { agency { id } decision reason linkage { id } }
    }
    linkage { ...LinkageState workRequest { id } }
    userErrors { ...Problems }
  }
}
"""
)
WITHDRAW: Final = (
    PROBLEMS
    + """
mutation Withdraw($key: String!, $request: ID!, $read: Int!) {
  workRequestWithdraw(input: {
    idempotencyKey: $key, workRequest: $request, expectedVersion: $read, reason: "ไม่ต้องการแล้ว"
  }) { workRequest { status } userErrors { ...Problems } }
}
"""
)
READ: Final = """
{
  workRequests(
    status: [OPEN, OFFERED], area: "gid://hub/Area/20", fiscalYears: {from: {be: 2566}}
  ) {
    totalCount
    nodes {
      area { code } by { id } issue { code } stage { code } actorLevel to { id } text
      fiscalYears { be } answerBy status history(first: 5) { nodes { kind field after } }
    }
  }
  area(by: {code: "20"}) { workRequests(status: [OFFERED]) { totalCount } }
  agency(by: {id: "gid://hub/Agency/department:05003"}) { workRequests { nodes { status } } }
}
"""


async def test_offer_to_a_request_is_read_by_both_sides(
    fresh_database: Database, tmp_path: Path
) -> None:
    await insert_issues(fresh_database, "20", ["1"])
    await insert_project(fresh_database, "p1")
    hub = HubInstance(fresh_database, tmp_path)
    async with hub.http:
        area = await MachineClient.register(hub, "province:20")
        department = await MachineClient.register(hub, "department:05003")
        created = (await area.send(CREATE, key="r1"))["workRequestCreate"]
        assert created["userErrors"] == []
        request = created["workRequest"]
        assert (request["status"], request["version"]) == ("OPEN", 1)
        refused = await department.send(CREATE, key="r1")
        assert [one["code"] for one in refused["workRequestCreate"]["userErrors"]] == [
            "NOT_ALLOWED"
        ]
        answered = await department.send(ANSWER, key="a1", request=request["id"], read=1)
        payload = answered["workRequestAnswer"]
        assert payload["userErrors"] == []
        assert payload["workRequest"]["status"] == "OFFERED"
        assert payload["linkage"]["status"] == "PROPOSED"
        assert payload["linkage"]["workRequest"] == {"id": request["id"]}
        [answer] = payload["workRequest"]["answers"]
        assert answer["linkage"] == {"id": payload["linkage"]["id"]}
        data = await area.send(READ)
        assert data["workRequests"] == {
            "totalCount": 1,
            "nodes": [
                {
                    "area": {"code": "20"},
                    "by": {"id": "gid://hub/Agency/province:20"},
                    "issue": {"code": "1"},
                    "stage": {"code": "attractions"},
                    "actorLevel": "MINISTRY",
                    "to": [{"id": "gid://hub/Agency/department:05003"}],
                    "text": "ขอให้พัฒนามาตรฐานมัคคุเทศก์ในพื้นที่",
                    "fiscalYears": [{"be": 2566}],
                    "answerBy": "2026-12-15",
                    "status": "OFFERED",
                    "history": {
                        "nodes": [
                            {"kind": "CHANGED", "field": "answers", "after": "OFFER"},
                            {"kind": "ADDED", "field": None, "after": "OPEN"},
                        ]
                    },
                }
            ],
        }
        assert data["area"] == {"workRequests": {"totalCount": 1}}
        assert data["agency"] == {"workRequests": {"nodes": [{"status": "OFFERED"}]}}
        withdrawn = await area.send(WITHDRAW, key="w1", request=request["id"], read=2)
        assert withdrawn["workRequestWithdraw"]["workRequest"] == {"status": "WITHDRAWN"}
