"""Of a listed project its place may be known and nothing else: whatever else of it changes, nobody
who may not see it can tell.
"""

import json
from datetime import UTC, datetime

import pytest

from hub.domain.identity.viewer import ANONYMOUS, Permission, Viewer
from hub.store.database import Database
from tests.conftest import Asking
from tests.questions.probes import probes
from tests.questions.secrets import Bundle, plant, prepare, settle

LISTED = Bundle("department:05003", "qqdept", 98_765_432_109, "LISTED")
OTHERWISE = """
update project set code = 'x' || code, name_th = 'อื่น', name_en = null, sort_key = 'ฮ',
    owner_id = 'province:45' where id like 'qqdept%';
update budget_line set funding = 'MINISTRY', amount = 1, phase = 'REQUESTED',
    holder_id = 'ministry:05', disburser_id = 'province:38' where id like 'qqdept%';
update linkage set status = 'PROPOSED', share = null, reasons = '[]', proposed_by_id = 'province:45'
    where id like 'qqdept%';
insert into project_implementer (project_id, ordinal, agency_id)
    values ('qqdept', 0, 'ministry:05');
"""
MATRICES = [probe for probe in probes() if "hiddenProjects" in probe]


@pytest.fixture
async def listed(fresh_database: Database) -> Database:
    at = datetime.now(UTC)
    async with fresh_database.write_transaction() as connection:
        await prepare(connection, at)
    async with fresh_database.write_transaction() as connection:
        await plant(connection, LISTED, at)
    async with fresh_database.write_transaction() as connection:
        await settle(connection, at)
    return fresh_database


async def answers(ask: Asking, database: Database, viewer: Viewer, now: datetime) -> list[str]:
    return [
        json.dumps((await ask(probe, viewer=viewer, database=database, now=now))["data"])
        for probe in MATRICES
    ]


async def test_whose_it_is_and_what_it_costs_cannot_be_found_out_by_asking(
    ask: Asking, listed: Database
) -> None:
    now = datetime.now(UTC)
    before = await answers(ask, listed, ANONYMOUS, now)
    async with listed.write_transaction() as connection:
        await connection.execute(OTHERWISE)
    assert await answers(ask, listed, ANONYMOUS, now) == before
    assert sum('"hiddenProjects": 1' in one or '"hiddenProjects": 2' in one for one in before) > 3


async def test_oversight_reads_what_is_listed(ask: Asking, listed: Database) -> None:
    overseer = Viewer("an auditor", None, frozenset({Permission.OVERSEE.value}))
    question = '{ project(by: {code: "qqdept"}) { visibility linkages { totalCount } } }'
    seen = await ask(question, viewer=overseer, database=listed)
    assert seen["data"]["project"] == {"visibility": "LISTED", "linkages": {"totalCount": 1}}
    assert (await ask(question, database=listed))["data"]["project"] is None
