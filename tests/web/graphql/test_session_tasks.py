"""Tasks that follow from joint sessions: prepare, take a position, report on a commitment."""

from typing import Any, Final

import pytest

from tests.web.graphql.session_client import CREATE, INVITE, RESOLVE, TAKE, DelegationClient
from tests.web.graphql.test_sessions import AREA, MATRIX, Negotiation, first_stage, link
from tests.web.graphql.test_sessions import talks as talks  # noqa: PLC0414 - a fixture

KINDS: Final = ("SESSION_PREPARE", "POSITION_TAKE", "COMMITMENT_REPORT")
TASKS: Final = """
query ($kind: [TaskKind!]) { viewer { tasks(kind: $kind) { totalCount nodes {
  id kind title { th en } subject { id } agency { id } area { code } fiscalYear { be }
  requestedBy { id } dueOn overdue
} } } }
"""
UPDATE: Final = """
mutation ($key: String!, $session: ID!, $read: Int!, $at: DateTime!) {
  sessionUpdate(input: {idempotencyKey: $key, session: $session, expectedVersion: $read,
    startsAt: $at}) { session { id version } userErrors { code message { en } } }
}
"""
REPORT: Final = """
mutation ($key: String!, $commitment: ID!, $read: Int!, $status: CommitmentStatus!) {
  commitmentReport(input: {idempotencyKey: $key, commitment: $commitment, expectedVersion: $read,
    status: $status, text: "ดำเนินการแล้วบางส่วน"}) {
    commitment { id version status } userErrors { code message { en } }
  }
}
"""
FUNCTION: Final = {"agency": "gid://hub/Agency/ministry:05", "role": "FUNCTION"}
WATCHER: Final = {"agency": "gid://hub/Agency/ministry:22", "role": "OBSERVER"}


async def list_tasks(client: DelegationClient, *kinds: str) -> list[dict[str, Any]]:
    """Return the tasks of a delegation of these kinds; of a session, without any."""
    data = await client.send(TASKS, kind=list(kinds or KINDS))
    found: list[dict[str, Any]] = data["viewer"]["tasks"]["nodes"]
    return found


async def test_an_invited_delegation_prepares_until_the_session_opens(talks: Negotiation) -> None:
    """Of a session with a day; neither the host nor an observer has the task."""
    created = await talks.host.done(CREATE, areas=[AREA], matrix=MATRIX, kind="STRATEGY")
    session = created["session"]
    await talks.host.done(INVITE, session=session["id"], items=[FUNCTION, WATCHER])
    assert await list_tasks(talks.function) == []
    updated = await talks.host.done(
        UPDATE,
        session=session["id"],
        read=session["version"],
        at="2020-02-29T18:30:00Z",  # after midnight in Bangkok
    )
    [task] = await list_tasks(talks.function)
    assert (task["kind"], task["subject"]) == ("SESSION_PREPARE", {"id": session["id"]})
    assert task["title"]["th"] == "เตรียมการประชุม “ประชุมร่วม”"
    assert (task["dueOn"], task["overdue"]) == ("2020-03-01", True)
    assert (task["area"], task["fiscalYear"]) == ({"code": "20"}, {"be": 2566})
    assert task["requestedBy"] == {"id": "gid://hub/Agency/province:20"}
    assert await list_tasks(talks.host) == await list_tasks(talks.other) == []
    await talks.host.step("sessionOpen", updated["session"])
    assert await list_tasks(talks.function) == []


async def test_a_proposal_is_a_task_of_each_required_party_until_it_takes_a_position(
    talks: Negotiation,
) -> None:
    """A delegation that is not required has none, and any position ends the task."""
    proposal = await talks.propose(link("p1", await first_stage(talks)))
    assert await list_tasks(talks.other) == []
    for client in (talks.function, talks.host):
        [task] = await list_tasks(client)
        assert (task["kind"], task["subject"]) == ("POSITION_TAKE", {"id": proposal["id"]})
        assert task["title"]["en"] == "Take a position on the proposal “ข้อเสนอ”"
        assert task["requestedBy"] == {"id": "gid://hub/Agency/ministry:05"}
        data = await talks.other.send("query ($id: ID!) { node(id: $id) { id } }", id=task["id"])
        assert data["node"] is None
    await talks.accept(proposal, talks.function)
    assert await list_tasks(talks.function) == []
    await talks.host.done(
        TAKE,
        proposal=proposal["id"],
        read=proposal["version"],
        stance="OBJECT",
        reason="ไม่ตรงกับแผน",
    )
    assert await list_tasks(talks.host) == []


@pytest.mark.parametrize("step", ["sessionSuspend", "sessionClose"])
async def test_no_position_is_awaited_while_the_session_accepts_none(
    talks: Negotiation, step: str
) -> None:
    """A suspended session accepts none, and a closed one has no open proposal."""
    await talks.propose(link("p1", await first_stage(talks)))
    assert len(await list_tasks(talks.host)) == 1
    await talks.host.step(step, talks.session)
    assert await list_tasks(talks.host) == []


async def agree_on_a_commitment(talks: Negotiation) -> dict[str, Any]:
    """Conclude a proposal with a condition that the province carries; return the commitment."""
    proposal = await talks.propose(link("p1", await first_stage(talks)))
    await talks.accept(proposal, talks.host)
    taken = await talks.function.done(
        TAKE,
        proposal=proposal["id"],
        read=proposal["version"],
        stance="ACCEPT_WITH_CONDITION",
        condition="ให้จังหวัดสมทบ",
    )
    [condition] = [one["condition"] for one in taken["proposal"]["positions"] if one["condition"]]
    await talks.function.done(
        RESOLVE,
        condition=condition["id"],
        read=condition["version"],
        agency="gid://hub/Agency/province:20",
    )
    [commitment] = (await talks.conclude(proposal))["agreement"]["commitments"]
    found: dict[str, Any] = commitment
    return found


async def set_days(talks: Negotiation, made: int, due: int | None, reported: int | None) -> None:
    """Move the commitment to so many days before today (Bangkok); null: no day, no report."""
    pool = talks.host.instance.database.pool
    today = "(now() at time zone 'Asia/Bangkok')::date"
    await pool.execute(
        f"update commitment set created_at = now() - make_interval(days => $1), "  # noqa: S608
        f"due_on = {today} - $2::int",
        made,
        due,
    )
    await pool.execute("delete from commitment_report")
    if reported is not None:
        await pool.execute(
            "insert into commitment_report (commitment_id, version, agency_id, status, text, at) "
            "select id, 2, agency_id, 'IN_PROGRESS', 'x', now() - make_interval(days => $1) "
            "from commitment",
            reported,
        )


DAYS: Final = (
    # Days since its making, since its day, since the last report; whether one is awaited, overdue.
    (1, -31, None, False, False),
    (1, -30, None, True, False),
    (1, 0, None, True, False),
    (1, None, None, False, False),  # without a day: half a year after its making
    (140, None, None, False, False),
    (170, None, None, True, False),
    (200, None, None, True, True),
    (200, None, 45, False, False),  # reported shortly before, which counts
    (200, None, 5, False, False),
    (200, None, 100, True, True),  # reported long before
    (400, None, 200, True, True),  # a year after its making
    (100, 40, None, True, True),
    (100, 40, 90, True, True),
    (100, 40, 60, False, False),
)


async def test_a_report_is_awaited_on_the_day_of_a_commitment_and_every_six_months(
    talks: Negotiation,
) -> None:
    """From 30 days before, until one is made."""
    await agree_on_a_commitment(talks)
    for made, due, reported, is_awaited, is_overdue in DAYS:
        await set_days(talks, made, due, reported)
        found = await list_tasks(talks.host, "COMMITMENT_REPORT")
        expected = [is_overdue] if is_awaited else []
        assert [one["overdue"] for one in found] == expected, (made, due, reported)


async def test_a_report_on_a_commitment_ends_its_task(talks: Negotiation) -> None:
    """The task is of the agency that made it alone, and has its day."""
    commitment = await agree_on_a_commitment(talks)
    await set_days(talks, made=90, due=10, reported=None)
    [task] = await list_tasks(talks.host)
    assert (task["kind"], task["subject"]) == ("COMMITMENT_REPORT", {"id": commitment["id"]})
    assert task["title"]["th"].startswith("รายงานข้อผูกพัน “")
    assert task["overdue"]
    assert await list_tasks(talks.function) == await list_tasks(talks.other) == []
    for version, status in enumerate(("IN_PROGRESS", "DONE"), start=1):
        await talks.host.done(REPORT, commitment=commitment["id"], read=version, status=status)
        assert await list_tasks(talks.host) == []
    await set_days(talks, made=900, due=10, reported=None)
    assert await list_tasks(talks.host) == []
