"""Eight parties negotiate at once on PostgreSQL, while a source is read again and again."""

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

import pytest

from hub.domain.linkage_shares import OPEN_STATUSES
from hub.domain.matrix.question import FactBasis
from hub.domain.sessions.commands import SessionStep
from hub.domain.sessions.kinds import OperationKind, Stance
from hub.domain.sessions.operations import ProposedOperation, parse_operations
from hub.domain.user_errors import UserErrorCode
from hub.store.database import Database
from hub.store.sessions.data_changes import note_data_changes
from tests.long_run import is_long_run
from tests.services.linkages.both_sides import insert_project
from tests.services.sessions.eight_parties import HOST, INVITED, ISSUES, Negotiation
from tests.services.sessions.negotiated_world import PROJECTS, insert_world, read_source
from tests.services.sessions.replay import compute_at, count_agreed, count_replayed

SEQUENCES: Final = 1_000 if is_long_run() else 30
STEPS: Final = 2
"""Things that each party does in a sequence, besides that of all the others."""
TURNS: Final = 50
FACTS_PER_OPERATION: Final[Mapping[OperationKind, int]] = {
    OperationKind.LINKAGE_ADD: 1,
    OperationKind.LINKAGE_REMOVE: 1,
    OperationKind.LINKAGE_MOVE: 2,
    OperationKind.SHARE_SET: 1,
    OperationKind.BUDGET_SET: 1,
    OperationKind.LEAD_SET: 1,
}
EXPECTED_CODES: Final = {
    UserErrorCode.STALE_VERSION,
    UserErrorCode.WRONG_STATUS,
    UserErrorCode.SHARE_EXCEEDED,
    UserErrorCode.DUPLICATE,
    UserErrorCode.INVALID_VALUE,
    UserErrorCode.NOT_FOUND,
    UserErrorCode.NOT_ALLOWED,
    UserErrorCode.PARTY_MISSING,
    UserErrorCode.PARTY_OBJECTS,
    UserErrorCode.CONDITION_OPEN,
}
AGREEMENTS: Final = """
select agreement.id, operations, proposal_id, event.number, event.details
from agreement join session_event event on event.subject = 'gid://hub/Agreement/' || agreement.id
where agreement.session_id = $1 and event.kind = 'AGREEMENT_CONCLUDED' order by event.number
"""
FACTS: Final = "select * from agreed_fact where agreement_id = any($1::text[])"
ORPHANS: Final = """
select fact.id from agreed_fact fact where not exists (
    select from session_event event where event.kind = 'AGREEMENT_CONCLUDED'
        and event.details -> 'facts' ? fact.id
)
"""
HISTORY: Final = """
select because_of, count(*) from history_entry where because_of like 'gid://hub/Agreement/%'
group by because_of
"""
ALL_LINKAGES: Final = """
select id, project_id, issue_id, stage_id, status, share from linkage
where issue_id = any($1::text[])
"""
NUMBERS: Final = "select number from session_event where session_id = $1 order by number"
IN_FORCE: Final = """
select project_id, fiscal_year, phase, funding, area_id, amount_satang from agreed_fact
where field = 'AMOUNT' and ended_at is null
"""
Place = tuple[str, str | None, str | None]
Money = tuple[Any, ...]


class Expected:
    """What the agreements concluded so far say, applied one after the other without SQL."""

    def __init__(self) -> None:
        self.shares: dict[Place, Decimal | None] = {}
        self.removed: set[Place] = set()
        self.money: dict[Money, int | None] = {}
        self.places: dict[str, Place] = {}

    def apply(self, one: ProposedOperation) -> None:
        """Apply an operation."""
        project = one.project_id or ""
        if one.kind is OperationKind.BUDGET_SET:
            assert one.phase is not None
            assert one.funding is not None
            place = (project, one.fiscal_year, one.phase.value, one.funding.value, one.area_id)
            self.money[place] = one.satang
        elif one.kind is OperationKind.LINKAGE_ADD:
            self.put((project, one.issue_id, one.stage_id), one.share)
        elif one.kind is OperationKind.SHARE_SET:
            found = self.places[one.target_id or ""]
            if found in self.shares:
                self.shares[found] = one.share
        elif one.kind in {OperationKind.LINKAGE_REMOVE, OperationKind.LINKAGE_MOVE}:
            found = self.places[one.target_id or ""]
            self.shares.pop(found, None)
            self.removed.add(found)
            if one.kind is OperationKind.LINKAGE_MOVE:
                self.put((project, one.issue_id, one.stage_id), one.share)

    def put(self, place: Place, share: Decimal | None) -> None:
        """Agree to a linkage at a place; without a share it keeps the one it has."""
        self.shares[place] = self.shares.get(place) if share is None else share
        self.removed.discard(place)


async def play(parties: Negotiation, agency_id: str) -> None:
    """Do random things in the name of an agency, one after the other."""
    for _ in range(STEPS):
        await parties.act(agency_id)


async def negotiate(database: Database, seed: str) -> Negotiation:
    """Let eight parties negotiate at once while a source is read; close the session."""
    parties = await Negotiation(database, random.Random(seed)).open()  # noqa: S311 - test data
    reader = random.Random(f"{seed} reader")  # noqa: S311 - test data

    async def _read() -> None:
        for _ in range(2):
            await read_source(database, reader)
            await note_data_changes(database)

    await asyncio.gather(*(play(parties, one) for one in (HOST, *INVITED)), _read())
    await asyncio.gather(parties.finish(), _read())
    return parties


async def assert_nothing_is_half_applied(parties: Negotiation) -> list[Any]:
    """Check that agreements have all of their effects, and refused proposals none; return them."""
    fetch = parties.fetch
    agreements = await fetch(AGREEMENTS, parties.session_id)
    concluded = [
        one.payload.agreement_id for one in parties.sent if one.payload.agreement_id is not None
    ]
    assert sorted(concluded) == sorted(one["id"] for one in agreements)
    history = {row["because_of"]: row["count"] for row in await fetch(HISTORY)}
    facts = Counter(
        row["agreement_id"] for row in await fetch(FACTS, [one["id"] for one in agreements])
    )
    for one in agreements:
        operations = parse_operations(json.loads(one["operations"]))
        assert facts[one["id"]] == sum(FACTS_PER_OPERATION[each.kind] for each in operations)
        assert len(json.loads(one["details"])["facts"]) == facts[one["id"]]
        changes = [each for each in operations if each.kind.value.startswith(("LINK", "SHARE"))]
        assert bool(changes) == (f"gid://hub/Agreement/{one['id']}" in history)
    assert await fetch(ORPHANS) == []
    statuses = await fetch(
        "select id, status from proposal where session_id = $1", parties.session_id
    )
    by_agreement = {one["proposal_id"] for one in agreements}
    assert {row["id"] for row in statuses if row["status"] == "CONCLUDED"} == by_agreement
    return agreements


async def assert_linkages_follow(parties: Negotiation, expected: Expected) -> None:
    """Check that the linkages are as the agreements say, and that no share exceeds the whole."""
    linkages = await parties.fetch(ALL_LINKAGES, list(ISSUES))
    totals: dict[str, Decimal] = defaultdict(Decimal)
    opened: dict[Place, list[Any]] = defaultdict(list)
    for row in linkages:
        if row["status"] in {one.value for one in OPEN_STATUSES}:
            totals[row["project_id"]] += row["share"] or Decimal(0)
            opened[row["project_id"], row["issue_id"], row["stage_id"]].append(row)
    assert all(total <= 1 for total in totals.values()), totals
    for place, share in expected.shares.items():
        [row] = opened[place]
        assert (row["status"], row["share"]) == ("AGREED", share), place
    agreed = {place for place, rows in opened.items() if rows[0]["status"] == "AGREED"}
    assert agreed == set(expected.shares)
    assert not agreed & expected.removed


async def assert_matrices_follow(database: Database, expected: Expected) -> None:
    """Check the matrix with what is agreed, and that of reports, which have none of the linkages.

    A project that a source reports elsewhere is in the area by money that was agreed there.
    """
    projects = {*PROJECTS, *(place[0] for place in expected.money if place[4] == "20")}
    agreed = await compute_at(database, None)
    assert count_agreed(agreed) == count_replayed(expected.shares, projects)
    assert count_agreed(await compute_at(database, None, FactBasis.REPORTED)) == {}


async def test_concurrent_negotiations_with_ingest_result_in_what_was_agreed(
    fresh_database: Database,
) -> None:
    await insert_world(fresh_database)
    await read_source(fresh_database, random.Random(0))  # noqa: S311 - test data
    expected, refused, concluded = Expected(), Counter[UserErrorCode](), 0
    for number in range(SEQUENCES):
        parties = await negotiate(fresh_database, f"sequence {number}")
        refused.update(parties.refusals())
        agreements = await assert_nothing_is_half_applied(parties)
        concluded += len(agreements)
        for row in await parties.fetch(ALL_LINKAGES, list(ISSUES)):
            expected.places[row["id"]] = (row["project_id"], row["issue_id"], row["stage_id"])
        for one in agreements:
            for operation in parse_operations(json.loads(one["operations"])):
                expected.apply(operation)
        await assert_linkages_follow(parties, expected)
        await assert_matrices_follow(fresh_database, expected)
        money = {tuple(row)[:5]: row["amount_satang"] for row in await parties.fetch(IN_FORCE)}
        assert money == expected.money
        numbers = [row["number"] for row in await parties.fetch(NUMBERS, parties.session_id)]
        assert numbers == list(range(1, len(numbers) + 1))
        done = [one for one in parties.sent if not one.payload.user_errors]
        for one in done:
            assert asdict(await one.send(one.acting, one.command)) == asdict(one.payload)
        assert len(await parties.fetch(NUMBERS, parties.session_id)) == len(numbers)
        await parties.step(SessionStep.CLOSE, 2)
    assert refused.keys() <= EXPECTED_CODES, refused
    assert {UserErrorCode.STALE_VERSION, UserErrorCode.PARTY_MISSING} <= refused.keys()
    assert concluded > SEQUENCES, (concluded, refused)


@pytest.mark.parametrize("same_project", [False, True], ids=["one cell", "one project"])
async def test_of_two_agreements_at_one_moment_one_wins_and_the_other_receives_why(
    fresh_database: Database, *, same_project: bool
) -> None:
    """Both are accepted by all, touch one cell, and are concluded over two connections."""
    await insert_world(fresh_database)
    parties = await Negotiation(fresh_database, random.Random(1)).open()  # noqa: S311 - test data
    for turn in range(TURNS):
        names = [f"t{turn}-a", f"t{turn}-a" if same_project else f"t{turn}-b"]
        for name in sorted(set(names)):
            await insert_project(fresh_database, name)
            await fresh_database.pool.execute(
                "insert into project_area (project_id, area_id, basis) "
                "values ($1, '20', 'UNKNOWN')",
                name,
            )
        proposals = []
        stage = parties.stages[0]
        parties.stages = [stage]
        for name in names:
            parties.chance.seed(turn)  # the same stage for both
            draft = parties.add(name, ISSUES[0])
            while draft.linkage is not None and draft.linkage.stage_code is None:
                draft = parties.add(name, ISSUES[0])
            made = await parties.propose("ministry:05", await parties.add_item(), draft)
            assert not made.user_errors, made.user_errors
            proposals.append({"id": made.proposal_id, "version": 1})
            for agency_id in ("ministry:05", HOST):
                await parties.take(agency_id, proposals[-1], Stance.ACCEPT)
        results = await asyncio.gather(*(parties.conclude(one) for one in proposals))
        [won] = [one for one in results if not one.user_errors]
        [lost] = [one for one in results if one.user_errors]
        error = lost.user_errors[0]
        assert error.code is UserErrorCode.STALE_VERSION
        named = "Project" if same_project else "Agreement"
        subject = names[0] if same_project else won.agreement_id
        assert error.current_gid == f"gid://hub/{named}/{subject}"
    agreements = await assert_nothing_is_half_applied(parties)
    assert len(agreements) == TURNS
