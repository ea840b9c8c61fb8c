"""Joint sessions over HTTP: prepare, propose, take positions, conclude, close."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hub.store.database import Database
from tests.services.linkages.both_sides import insert_issues, insert_project
from tests.web.graphql.session_client import (
    ADD_ITEM,
    CONCLUDE,
    CREATE,
    INVITE,
    PREVIEW,
    PROPOSE,
    RESOLVE,
    STAGES_BY_LEVEL,
    TAKE,
    DelegationClient,
)
from tests.web.hub_instance import HubInstance

AREA = "gid://hub/Area/20"
ISSUE = "gid://hub/StrategicIssue/plan-20-2566-PUBLISHED-1"
MATRIX = {
    **STAGES_BY_LEVEL,
    "filter": {
        "areas": [AREA],
        "valueChains": ["gid://hub/ValueChain/tourism"],
    },
}


class Negotiation:
    """An open session of Chon Buri with the tourism ministry and the ministry of industry."""

    def __init__(
        self, host: DelegationClient, function: DelegationClient, other: DelegationClient
    ) -> None:
        self.host, self.function, self.other = host, function, other
        self.session: dict[str, Any] = {}
        self.item = ""

    async def open(self, kind: str = "STRATEGY") -> "Negotiation":
        """Create, invite, open, and put a point on the agenda."""
        created = await self.host.done(CREATE, areas=[AREA], matrix=MATRIX, kind=kind)
        self.session = created["session"]
        items = [
            {"agency": "gid://hub/Agency/ministry:05", "role": "FUNCTION", "present": True},
            {"agency": "gid://hub/Agency/ministry:22", "role": "FUNCTION", "present": True},
        ]
        await self.host.done(INVITE, session=self.session["id"], items=items)
        self.session = await self.host.step("sessionOpen", self.session)
        added = await self.host.done(ADD_ITEM, session=self.session["id"], title="การท่องเที่ยว")
        self.item = added["item"]["id"]
        return self

    async def propose(self, *operations: dict[str, Any]) -> dict[str, Any]:
        """Propose operations by the ministry and return the proposal."""
        payload = await self.function.done(PROPOSE, item=self.item, operations=list(operations))
        found: dict[str, Any] = payload["proposal"]
        return found

    async def accept(self, proposal: dict[str, Any], *clients: DelegationClient) -> None:
        """Accept a proposal in the name of delegations."""
        for client in clients:
            await client.done(
                TAKE, proposal=proposal["id"], read=proposal["version"], stance="ACCEPT"
            )

    async def conclude(self, proposal: dict[str, Any]) -> dict[str, Any]:
        """Conclude a proposal that nothing prevents and return the payload."""
        return await self.host.done(CONCLUDE, proposal=proposal["id"], read=proposal["version"])


def link(project: str, stage: str) -> dict[str, Any]:
    """Return the operation that links a project to a stage of the issue."""
    return {
        "linkageAdd": {
            "project": {"id": f"gid://hub/Project/{project}"},
            "issue": {"id": ISSUE},
            "stageCode": stage,
            "reason": "ตรงกับขั้นนี้",
        }
    }


@asynccontextmanager
async def open_talks(database: Database, folder: Path) -> AsyncIterator[Negotiation]:
    """Yield an open session over a hub with three projects of the tourism ministry."""
    await insert_issues(database, "20", ["1", "2"])
    # A chain with a role matrix of the deck (slide 73), so that empty cells are judged.
    await database.pool.execute("update issue_revision set chain_id = 'tourism'")
    for key in ("p1", "p2", "p3"):
        await insert_project(database, key)
    await database.pool.execute(
        "insert into project_area (project_id, area_id, basis) select id, '20', 'UNKNOWN' "
        "from project where id in ('p1', 'p2', 'p3')"
    )
    instance = HubInstance(database, folder)
    async with instance.http:
        clients = [
            await DelegationClient.sign_in(instance, agency)
            for agency in ("province:20", "ministry:05", "ministry:22")
        ]
        yield await Negotiation(*clients).open()


@pytest.fixture
async def talks(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Negotiation]:
    """Yield an open session in a database of its own."""
    async with open_talks(fresh_database, tmp_path) as found:
        yield found


async def first_stage(talks: Negotiation) -> str:
    """Return the code of the first stage of the chain."""
    data = await talks.host.send(
        '{ valueChain(by: {id: "gid://hub/ValueChain/tourism"}) { stages { code } } }'
    )
    code: str = data["valueChain"]["stages"][0]["code"]
    return code


async def test_a_new_session_begins_with_the_gaps_of_its_matrix(talks: Negotiation) -> None:
    """The agenda follows from what is open."""
    data = await talks.host.send(
        "query ($id: ID!) { session(id: $id) { agenda(first: 100) { nodes { title cellId } } } }",
        id=talks.session["id"],
    )
    titles = [one["title"] for one in data["session"]["agenda"]["nodes"]]
    assert any(title.startswith("ช่องว่าง: ") for title in titles)


async def test_a_linkage_is_previewed_accepted_by_both_sides_and_concluded(
    talks: Negotiation,
) -> None:
    """The agreement counts at once, and names the cells that it changed."""
    stage = await first_stage(talks)
    preview = (
        await talks.function.send(
            PREVIEW, session=talks.session["id"], operations=[link("p1", stage)]
        )
    )["proposalPreview"]
    assert preview["userErrors"] == []
    [changed] = preview["changes"]["changed"]
    assert (changed["before"]["projectCount"], changed["after"]["projectCount"]) == (0, 1)
    proposal = await talks.propose(link("p1", stage))
    assert {one["code"] for one in proposal["blockers"]} == {"PARTY_MISSING"}
    await talks.accept(proposal, talks.function)
    codes = await talks.host.refused(CONCLUDE, proposal=proposal["id"], read=proposal["version"])
    assert codes == ["PARTY_MISSING"]
    await talks.accept(proposal, talks.host)
    payload = await talks.conclude(proposal)
    [cell] = payload["changed"]["changed"]
    assert cell["after"]["id"] == changed["after"]["id"]
    assert cell["agreements"] == [{"id": payload["agreement"]["id"]}]
    assert "เชื่อมโยงโครงการ “p1”" in payload["agreement"]["memorandum"]
    data = await talks.host.send(
        "query ($id: ID!) { session(id: $id) { matrix { total { projectCount } } "
        "changes { changed { after { id } } } } }",
        id=talks.session["id"],
    )
    assert data["session"]["matrix"]["total"]["projectCount"] == 1
    assert data["session"]["changes"]["changed"] == [{"after": {"id": cell["after"]["id"]}}]


async def test_a_condition_is_carried_into_the_agreement_as_a_commitment(
    talks: Negotiation,
) -> None:
    """An open condition prevents the conclusion; carried, it is a commitment with a date."""
    proposal = await talks.propose(link("p1", await first_stage(talks)))
    await talks.accept(proposal, talks.host)
    taken = await talks.function.done(
        TAKE,
        proposal=proposal["id"],
        read=proposal["version"],
        stance="ACCEPT_WITH_CONDITION",
        condition="ให้จังหวัดสมทบ",
    )
    assert [one["code"] for one in taken["proposal"]["blockers"]] == ["CONDITION_OPEN"]
    [condition] = [one["condition"] for one in taken["proposal"]["positions"] if one["condition"]]
    resolved = await talks.function.done(
        RESOLVE,
        condition=condition["id"],
        read=condition["version"],
        agency="gid://hub/Agency/province:20",
    )
    assert resolved["proposal"]["blockers"] == []
    payload = await talks.conclude(proposal)
    [commitment] = payload["agreement"]["commitments"]
    assert (commitment["kind"], commitment["dueOn"]) == ("CONDITION", "2027-01-31")


async def test_of_two_proposals_on_one_project_the_second_is_stale(talks: Negotiation) -> None:
    """One wins; the other is told what has changed, and nothing of it is done."""
    stage = await first_stage(talks)
    first = await talks.propose(link("p1", stage))
    second = await talks.propose(link("p1", stage), link("p2", stage))
    for one in (first, second):
        await talks.accept(one, talks.function, talks.host)
    await talks.conclude(first)
    payload = await talks.host.command(CONCLUDE, proposal=second["id"], read=second["version"])
    assert [error["code"] for error in payload["userErrors"]] == ["STALE_VERSION"]
    assert payload["userErrors"][0]["current"] == {"id": "gid://hub/Project/p1"}
    data = await talks.host.send(
        '{ project(by: {id: "gid://hub/Project/p2"}) { version linkages { totalCount } } }'
    )
    assert data["project"] == {"version": 1, "linkages": {"totalCount": 0}}


async def test_an_objection_prevents_the_conclusion_and_is_in_the_minutes(
    talks: Negotiation,
) -> None:
    """Closing lets the proposal lapse and fixes minutes with the reason."""
    proposal = await talks.propose(link("p1", await first_stage(talks)))
    await talks.accept(proposal, talks.function)
    await talks.host.done(
        TAKE,
        proposal=proposal["id"],
        read=proposal["version"],
        stance="OBJECT",
        reason="ไม่ตรงกับแผนของจังหวัด",
    )
    codes = await talks.host.refused(CONCLUDE, proposal=proposal["id"], read=proposal["version"])
    assert codes == ["PARTY_OBJECTS"]
    closed = await talks.host.step("sessionClose", talks.session)
    assert closed["status"] == "CLOSED"
    data = await talks.host.send(
        "query ($id: ID!) { session(id: $id) { minutes { final digest markdown "
        "english: markdown(locale: EN) objections { reason } open { title } } } }",
        id=talks.session["id"],
    )
    minutes = data["session"]["minutes"]
    assert minutes["final"]
    assert "ไม่ตรงกับแผนของจังหวัด" in minutes["markdown"]
    assert "## Objections" in minutes["english"]
    assert [one["reason"] for one in minutes["objections"]] == ["ไม่ตรงกับแผนของจังหวัด"]


async def test_after_the_budget_bill_no_amount_is_proposed(talks: Negotiation) -> None:
    """A session of this kind refuses BUDGET_SET and allows the rest."""
    late = await Negotiation(talks.host, talks.function, talks.other).open("POST_BUDGET")
    amount = {
        "budgetSet": {
            "project": "gid://hub/Project/p1",
            "expectedVersion": 1,
            "fiscalYear": {"be": 2566},
            "phase": "PLANNED",
            "funding": "MINISTRY",
            "amount": "1000.00",
        }
    }
    codes = await late.function.refused(PROPOSE, item=late.item, operations=[amount])
    assert codes == ["WRONG_STATUS"]
    assert (await talks.propose(amount))["operations"][0]["amountAfter"] == {"amount": "1000.00"}


async def test_agencies_that_are_not_invited_do_not_see_the_session(talks: Negotiation) -> None:
    """Another province sees no session, no proposal, and cannot take part."""
    stranger = await DelegationClient.sign_in(talks.host.instance, "province:21")
    proposal = await talks.propose(link("p1", await first_stage(talks)))
    data = await stranger.send(
        "query ($session: ID!, $proposal: ID!) { session(id: $session) { id } "
        "node(id: $proposal) { id } sessions { nodes { id } } }",
        session=talks.session["id"],
        proposal=proposal["id"],
    )
    assert data == {"session": None, "node": None, "sessions": {"nodes": []}}
    codes = await stranger.refused(
        TAKE, proposal=proposal["id"], read=proposal["version"], stance="ACCEPT"
    )
    assert codes == ["NOT_FOUND"]


async def test_a_gap_that_is_taken_stays_a_gap_with_its_pledge(talks: Negotiation) -> None:
    """The cell names who takes it and until when."""
    data = await talks.host.send(
        "query ($id: ID!) { session(id: $id) { matrix { cells(states: [GAP]) { id } } } }",
        id=talks.session["id"],
    )
    cell = data["session"]["matrix"]["cells"][0]["id"]
    take = {
        "gapTake": {
            "gap": {"cell": cell},
            "agency": "gid://hub/Agency/ministry:05",
            "text": "จัดทำหลักสูตรมัคคุเทศก์",
            "dueOn": "2027-03-31",
        }
    }
    proposal = await talks.propose(take)
    await talks.accept(proposal, talks.function, talks.host)
    payload = await talks.conclude(proposal)
    assert [one["kind"] for one in payload["agreement"]["commitments"]] == ["PLEDGE"]
    data = await talks.host.send(
        "query ($id: ID!) { node(id: $id) { "
        "... on Cell { state pledges { text agency { id } } } } }",
        id=cell,
    )
    assert data["node"] == {
        "state": "GAP",
        "pledges": [
            {"text": "จัดทำหลักสูตรมัคคุเทศก์", "agency": {"id": "gid://hub/Agency/ministry:05"}}
        ],
    }


async def test_a_closed_session_is_an_instant_to_compare_with(talks: Negotiation) -> None:
    """`asOf: {session}` is what the hub knew at closing, and `compare` names what changed since."""
    stage = await first_stage(talks)
    proposal = await talks.propose(link("p1", stage))
    await talks.accept(proposal, talks.function, talks.host)
    payload = await talks.conclude(proposal)
    await talks.host.step("sessionClose", talks.session)
    later = await Negotiation(talks.host, talks.function, talks.other).open()
    second = await later.propose(link("p2", stage))
    await later.accept(second, later.function, later.host)
    await later.conclude(second)
    question = """
    query ($in: MatrixInput!, $session: ID!) {
      matrix(input: $in) {
        total { projectCount }
        compare(to: {session: $session}) {
          totalBefore { projectCount } changed { before { projectCount } after { projectCount } }
        }
      }
    }
    """
    session = talks.session["id"]
    data = await talks.host.send(question, **{"in": MATRIX, "session": session})
    assert data["matrix"] == {
        "total": {"projectCount": 2},
        "compare": {
            "totalBefore": {"projectCount": 1},
            "changed": [{"before": {"projectCount": 1}, "after": {"projectCount": 2}}],
        },
    }
    as_closed = {**MATRIX, "asOf": {"session": session}}
    data = await talks.host.send(question, **{"in": as_closed, "session": session})
    assert data["matrix"]["total"] == {"projectCount": 1}
    assert data["matrix"]["compare"]["changed"] == []
    assert payload["agreement"]["status"] == "CONCLUDED"


async def test_an_agreed_amount_counts_beside_the_reported_one(talks: Negotiation) -> None:
    """With basis AGREED the figure is the agreed one, with REPORTED there is none."""
    amount = {
        "budgetSet": {
            "project": "gid://hub/Project/p1",
            "expectedVersion": 1,
            "fiscalYear": {"be": 2566},
            "phase": "PLANNED",
            "funding": "MINISTRY",
            "area": AREA,
            "amount": "1000.00",
        }
    }
    proposal = await talks.propose(amount, link("p1", await first_stage(talks)))
    await talks.accept(proposal, talks.function, talks.host)
    payload = await talks.conclude(proposal)
    data = await talks.host.send(
        "query ($id: ID!) { session(id: $id) { "
        "agreed: matrix { total { ...Figures } unratified { id } } "
        "reported: matrix(basis: REPORTED) { total { ...Figures } } } } "
        "fragment Figures on Total { projectCount budget(phase: PLANNED) { amount } }",
        id=talks.session["id"],
    )
    session = data["session"]
    assert session["agreed"]["total"] == {"projectCount": 1, "budget": {"amount": "1000.00"}}
    assert session["agreed"]["unratified"] == [{"id": payload["agreement"]["id"]}]
    assert session["reported"]["total"] == {"projectCount": 0, "budget": None}
