"""A joint session from preparation to ratification, by clients that have nothing but HTTP."""

from typing import Any, Final

from tests.scenarios.running_hub import HttpClient, RunningHub

CLUSTER: Final = "gid://hub/Area/C2560-09"
ISSUE: Final = "gid://hub/StrategicIssue/cluster-plan-1"
PROJECT: Final = "gid://hub/Project/dot-1"
MINISTRY: Final = "gid://hub/Agency/ministry:05"
HOST: Final = "gid://hub/Agency/cluster:C2560-09"
SCOPES: Final = frozenset({"session:host", "session:negotiate", "session:ratify", "report:write"})
ACCEPT: Final = """
mutation ($key: String!, $proposal: ID!, $read: Int!) {
  positionTake(input: {idempotencyKey: $key, proposal: $proposal, expectedVersion: $read,
    stance: ACCEPT}) { proposal { blockers { code } } userErrors { code } }
}
"""
READ: Final = """
query ($session: ID!, $project: ID!) {
  session(id: $session) { matrix { cells(states: [GAP]) { id } } }
  project(by: {id: $project}) { version }
}
"""


async def prepare(host: HttpClient) -> dict[str, Any]:
    """Schedule a session, invite the ministry, open it and pause for lunch; return it."""
    created = await host.send("ScheduleSession", cluster=CLUSTER, issue=ISSUE)
    session: dict[str, Any] = created["sessionCreate"]["session"]
    items = [{"agency": MINISTRY, "role": "FUNCTION", "maxAmount": "20000000.00", "present": True}]
    await host.send("InviteDelegations", session=session["id"], items=items)
    opened = await host.send("OpenSession", session=session["id"], read=session["version"])
    read = opened["sessionOpen"]["session"]["version"]
    keys = {"pause": f"pause-{session['id']}", "goOn": f"go-on-{session['id']}"}
    answer = await host.send("LunchBreak", session=session["id"], read=read, next=read + 1, **keys)
    assert answer["pause"]["session"]["status"] == "SUSPENDED"
    found: dict[str, Any] = answer["goOn"]["session"]
    return {**found, "id": session["id"]}


async def test_a_session_from_preparation_to_ratification(hub: RunningHub) -> None:
    host = await hub.client("cluster:C2560-09", SCOPES)
    ministry = await hub.client("ministry:05", SCOPES)
    session = await prepare(host)
    state = await host.execute(READ, session=session["id"], project=PROJECT)
    cell = state["session"]["matrix"]["cells"][0]["id"]
    added = await host.send("PutGapOnAgenda", session=session["id"], cell=cell)
    item = added["agendaItemAdd"]["item"]["id"]
    async with host.subscribe("SessionLive", session=session["id"], after="0") as events:
        kinds = [(await anext(events))["sessionEvents"]["kind"] for _ in range(3)]
        assert kinds[0] == "SESSION_CHANGED"
        proposed = await ministry.send(
            "Propose",
            item=item,
            project=PROJECT,
            read=state["project"]["version"],
            lead=MINISTRY,
            cell=cell,
        )
        proposal = proposed["proposalCreate"]["proposal"]
        async for event in events:
            if event["sessionEvents"]["kind"] == "PROPOSAL_CHANGED":
                assert event["sessionEvents"]["subject"]["id"] == proposal["id"]
                break
    taken = await ministry.send("TakePosition", proposal=proposal["id"], read=proposal["version"])
    [condition] = [one["condition"] for one in taken["positionTake"]["proposal"]["positions"]]
    await ministry.send(
        "ResolveCondition", condition=condition["id"], read=condition["version"], agency=HOST
    )
    await host.execute(ACCEPT, proposal=proposal["id"], read=proposal["version"])
    concluded = await host.send("Conclude", proposal=proposal["id"], read=proposal["version"])
    agreement = concluded["agreementConclude"]["agreement"]
    assert {one["field"] for one in agreement["facts"]["nodes"]} == {"LEAD", "AMOUNT"}
    assert {one["status"] for one in agreement["facts"]["nodes"]} == {"UNREPORTED"}
    pledge = next(one for one in agreement["commitments"] if "มัคคุเทศก์" in one["text"])
    closed = await host.send("CloseSession", session=session["id"], read=session["version"])
    closing = closed["sessionClose"]["session"]
    assert closing["minutes"]["final"]
    assert "จัดทำหลักสูตรมัคคุเทศก์" in closing["minutes"]["markdown"]
    ratified = await host.send("Ratify", session=session["id"], read=closing["version"])
    [stored] = ratified["sessionRatify"]["session"]["agreements"]["nodes"]
    assert stored == {"id": agreement["id"], "status": "RATIFIED"}
    reported = await ministry.send("ReportCommitment", commitment=pledge["id"], read=1)
    assert reported["commitmentReport"]["commitment"]["status"] == "IN_PROGRESS"
    compared = await host.send("SessionBeforeAndAfter", session=session["id"])
    changes = compared["session"]["changes"]
    assert changes["before"]["asOf"] < changes["after"]["asOf"]
    assert changes["changed"] == []  # a pledge and an amount outside the area fill no cell
    assert compared["session"]["compareWith"] is None
