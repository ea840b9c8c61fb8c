"""Only the placement of a listed project is public: changing its other details changes no answer of
a viewer who may not read it.
"""

import json
from datetime import UTC, datetime

import pytest

from hub.domain.identity.viewer import ANONYMOUS, Permission, Viewer
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.questions.planted_drafts import (
    DraftBundle,
    finish_run,
    insert_bundle,
    insert_public_source,
)
from tests.questions.probes import build_probes

LISTED_BUNDLE = DraftBundle("department:05003", "qqdept", 98_765_432_109, "LISTED")
CHANGE_DETAILS = """
update project set code = 'x' || code, name_th = 'อื่น', name_en = null, sort_key = 'ฮ',
    owner_id = 'province:45' where id like 'qqdept%';
update budget_line set funding = 'MINISTRY', amount = 1, phase = 'REQUESTED',
    holder_id = 'ministry:05', disburser_id = 'province:38' where id like 'qqdept%';
update linkage set status = 'PROPOSED', share = null, reasons = '[]', proposed_by_id = 'province:45'
    where id like 'qqdept%';
insert into project_implementer (project_id, ordinal, agency_id)
    values ('qqdept', 0, 'ministry:05');
"""
MATRIX_PROBES = [probe for probe in build_probes() if "hiddenProjects" in probe]


@pytest.fixture
async def listed_database(fresh_database: Database) -> Database:
    at = datetime.now(UTC)
    async with fresh_database.write_transaction() as connection:
        await insert_public_source(connection, at)
    async with fresh_database.write_transaction() as connection:
        await insert_bundle(connection, LISTED_BUNDLE, at)
    async with fresh_database.write_transaction() as connection:
        await finish_run(connection, at)
    return fresh_database


async def fetch_answers(
    api: GraphQLApi, database: Database, viewer: Viewer, now: datetime
) -> list[str]:
    return [
        json.dumps((await api(probe, viewer=viewer, database=database, now=now))["data"])
        for probe in MATRIX_PROBES
    ]


async def test_details_of_a_listed_project_do_not_change_the_answers(
    api: GraphQLApi, listed_database: Database
) -> None:
    now = datetime.now(UTC)
    before = await fetch_answers(api, listed_database, ANONYMOUS, now)
    async with listed_database.write_transaction() as connection:
        await connection.execute(CHANGE_DETAILS)
    assert await fetch_answers(api, listed_database, ANONYMOUS, now) == before
    assert sum('"hiddenProjects": 1' in one or '"hiddenProjects": 2' in one for one in before) > 3


async def test_oversight_reads_listed_projects(api: GraphQLApi, listed_database: Database) -> None:
    overseer = Viewer("an auditor", None, frozenset({Permission.OVERSEE.value}))
    question = '{ project(by: {code: "qqdept"}) { visibility linkages { totalCount } } }'
    seen = await api(question, viewer=overseer, database=listed_database)
    assert seen["data"]["project"] == {"visibility": "LISTED", "linkages": {"totalCount": 2}}
    assert (await api(question, database=listed_database))["data"]["project"] is None
