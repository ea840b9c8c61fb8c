"""The stored events of a session, replayed from its baseline, give what the hub has at its end."""

import asyncio
import random
from collections import Counter, defaultdict

import pytest

from hub.domain.matrix.question import FactBasis
from hub.domain.sessions.commands import SessionStep
from hub.store.database import Database
from tests.long_run import long_after
from tests.services.sessions.eight_parties import HOST, INVITED, Negotiation
from tests.services.sessions.negotiated_world import insert_world
from tests.services.sessions.replay import (
    EVENTS,
    compute_at,
    count_agreed,
    count_replayed,
    read_linkages,
    read_places,
    replay_events,
)
from tests.web.audit_log import list_audit_entries

SESSION = "select opened_at, closed_at from joint_session where id = $1"


@pytest.mark.parametrize("seed", long_after(2, range(20)))
async def test_replayed_events_result_in_the_matrix_of_the_closing(
    fresh_database: Database, seed: int
) -> None:
    await insert_world(fresh_database)
    for number in range(2):  # the second session begins with what the first agreed
        chance = random.Random(f"{seed} {number}")  # noqa: S311 - test data
        parties = await Negotiation(fresh_database, chance).open()

        async def _play(parties: Negotiation, agency_id: str) -> None:
            for _ in range(3):
                await parties.act(agency_id)

        await asyncio.gather(*(_play(parties, one) for one in (HOST, *INVITED)))
        await parties.finish()
        await parties.step(SessionStep.CLOSE, 2)
        [row] = await parties.fetch(SESSION, parties.session_id)
        baseline = await read_linkages(fresh_database, row["opened_at"])
        events = await parties.fetch(EVENTS, parties.session_id)
        replayed = replay_events(baseline, events, await read_places(fresh_database))
        assert replayed != baseline
        assert replayed == await read_linkages(fresh_database, row["closed_at"])
        for instant, expected in (("opened_at", baseline), ("closed_at", replayed)):
            matrix = await compute_at(fresh_database, row[instant])
            assert count_agreed(matrix) == count_replayed(expected), instant
        # No source reports a linkage: all of them are of agreements.
        reported = await compute_at(fresh_database, None, FactBasis.REPORTED)
        assert count_agreed(reported) == {}


async def test_the_audit_log_names_what_each_command_changed(fresh_database: Database) -> None:
    """Every command that was done is an entry of its agency, and one that was refused is none."""
    await insert_world(fresh_database)
    parties = await Negotiation(fresh_database, random.Random(3)).open()  # noqa: S311 - test data
    for _ in range(3):
        for agency_id in (HOST, *INVITED):
            await parties.act(agency_id)
    await parties.finish()
    named: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in await list_audit_entries(fresh_database):
        for record in entry.records:
            named[entry.agency_id or ""][record] += 1
    expected: dict[str, Counter[str]] = defaultdict(Counter)
    for one in parties.sent:
        for kind, key in (
            ("JointSession", one.payload.session_id),
            ("AgendaItem", one.payload.item_id),
            ("Proposal", one.payload.proposal_id),
            ("Condition", one.payload.condition_id),
            ("Agreement", one.payload.agreement_id),
        ):
            if key:
                expected[one.acting.viewer.agency_id or ""][f"gid://hub/{kind}/{key}"] += 1
    assert any("/Agreement/" in record for record in named[HOST])
    assert named == expected
