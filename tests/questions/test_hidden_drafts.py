"""Answers do not depend on drafts that the viewer may not read.

One database contains all drafts; others contain only those that some viewers may read. For every
viewer and query, the answers of the first and the matching second database are equal, including
errors and extensions.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from graphql import parse, validate

from hub.domain.identity.viewer import ANONYMOUS, Permission, Viewer
from hub.store.database import Database, open_database
from tests.conftest import GraphQLApi, copy_database, execute_admin_statement
from tests.long_run import is_long_run
from tests.questions.planted_drafts import (
    MARK,
    MINISTERIAL,
    PROVINCIAL,
    align_times,
    finish_run,
    insert_bundle,
    insert_public_source,
)
from tests.questions.probes import MARKS, QUESTIONS, build_arguments, build_probes, load_contract

BUNDLES_BY_DATABASE: Final = {
    "none": (),
    "ministerial": (MINISTERIAL,),
    "provincial": (PROVINCIAL,),
    "both": (MINISTERIAL, PROVINCIAL),
}
"""What of the drafts each database holds."""


def build_viewer(agency: str | None, *permissions: Permission) -> Viewer:
    return Viewer("somebody", agency, frozenset(one.value for one in permissions))


VIEWERS: Final[Mapping[str, tuple[Viewer, str]]] = {
    "anybody": (ANONYMOUS, "none"),
    "a reader of another ministry": (build_viewer("ministry:09"), "none"),
    "another department of the ministry": (build_viewer("department:05004"), "none"),
    "a province of the same cluster": (build_viewer("province:21"), "none"),
    "a province elsewhere": (build_viewer("province:45"), "none"),
    "a local authority": (build_viewer("department:15009"), "none"),
    "the head of another cluster": (build_viewer("cluster:C2560-01"), "none"),
    "oversight": (build_viewer(None, Permission.OVERSEE), "none"),
    "the owning department": (build_viewer("department:05003"), "ministerial"),
    "its ministry": (build_viewer("ministry:05"), "ministerial"),
    "an agency it shares with": (build_viewer("ministry:11"), "ministerial"),
    "the owning province": (build_viewer("province:20"), "provincial"),
    "the head of its cluster": (build_viewer("cluster:C2560-08"), "provincial"),
    "the steward": (build_viewer(None, Permission.STEWARD), "both"),
}
"""Who asks, and which database holds just what it may see."""

FEEDS: Final = ("{ linkageChanges", "{ changes")
FEED_CURSOR_PATTERN: Final = re.compile(r'"cursor": "[^"]*"')
"""Positions under a keyed permutation, which tests/store/test_changes.py tests."""
TRACE_ID_PATTERN: Final = re.compile(r'"traceId": "[^"]*"')


class DraftDatabases:
    """The databases, with a cache of the answers expected from those without hidden drafts."""

    def __init__(self, databases: Mapping[str, Database], now: datetime) -> None:
        self.databases, self.now = databases, now
        self.expected: dict[tuple[str, str, Viewer | None], str] = {}

    async def fetch_answer(
        self, api: GraphQLApi, viewer: Viewer, database_name: str, probe: str
    ) -> str:
        """Return the answer to a probe as text, without its trace id."""
        answer = await api(
            probe, viewer=viewer, database=self.databases[database_name], now=self.now
        )
        text = TRACE_ID_PATTERN.sub("", json.dumps(answer, ensure_ascii=False))
        return FEED_CURSOR_PATTERN.sub("", text) if probe.startswith(FEEDS) else text

    async def fetch_expected_answer(
        self, api: GraphQLApi, viewer: Viewer, database_name: str, probe: str
    ) -> str:
        """Return the answer from a database without hidden drafts.

        Viewers share the cache, except for what a query says about the viewer itself.
        """
        key = database_name, probe, viewer if "viewer" in probe else None
        if key not in self.expected:
            self.expected[key] = await self.fetch_answer(api, viewer, database_name, probe)
        return self.expected[key]


# In every run the viewers who may read no draft send all probes between them, and those who may
# read some send a share; in a long run (`make check-long`) every viewer sends all of them.
SHARE_OF_READERS: Final = 24


def list_probes_of(viewer_name: str) -> list[str]:
    """Return the probes that a viewer sends in this run."""
    if is_long_run():
        return build_probes()
    readers = [name for name, (_, database_name) in VIEWERS.items() if database_name != "none"]
    if viewer_name in readers:
        return build_probes()[readers.index(viewer_name) :: SHARE_OF_READERS]
    others = [name for name in VIEWERS if name not in readers]
    return build_probes()[others.index(viewer_name) :: len(others)]


@pytest.fixture(scope="module")
async def draft_databases(template: str) -> AsyncIterator[DraftDatabases]:
    at = datetime.now(UTC)
    async with AsyncExitStack() as stack:
        async with (
            open_database(await copy_database(template, "seen_open"), pool_size=1) as base,
            base.write_transaction() as connection,
        ):
            await insert_public_source(connection, at)
            await connection.execute(
                "insert into data_sharing (id, provider_id, consumer_id, purpose, what, until) "
                "values ('s', 'department:05003', 'ministry:11', 'p', 'ALL', $1)",
                at + timedelta(days=1),
            )
        databases = {}
        for name, bundles in BUNDLES_BY_DATABASE.items():
            dsn = await copy_database(template, f"seen_{name}", source="seen_open")
            database = await stack.enter_async_context(open_database(dsn, pool_size=2))
            async with database.write_transaction() as connection:
                for bundle in bundles:
                    await insert_bundle(connection, bundle, at)
            async with database.write_transaction() as connection:
                await finish_run(connection, at)
                await align_times(connection, at)
            async with database.write_transaction() as connection:
                await connection.execute("select change_sequence(1000000)")
                await connection.execute("update change set at = $1", at)
            databases[name] = database
        yield DraftDatabases(databases, datetime.now(UTC))
    for name in ("open", *BUNDLES_BY_DATABASE):
        await execute_admin_statement(template, f"drop database seen_{name} with (force)")


@pytest.mark.parametrize("viewer_name", VIEWERS)
async def test_answer_equals_the_answer_without_hidden_drafts(
    api: GraphQLApi, draft_databases: DraftDatabases, viewer_name: str
) -> None:
    viewer, database_name = VIEWERS[viewer_name]
    visible_marks = {bundle.mark for bundle in BUNDLES_BY_DATABASE[database_name]}
    hidden_marks = [
        *(mark for mark in MARKS if mark not in visible_marks),
        *([] if visible_marks else [MARK]),
    ]
    different = []
    for probe in list_probes_of(viewer_name):
        found = await draft_databases.fetch_answer(api, viewer, "both", probe)
        if found != await draft_databases.fetch_expected_answer(api, viewer, database_name, probe):
            different.append(probe)
        for hidden_mark in hidden_marks:
            assert hidden_mark in probe or hidden_mark not in found, probe
    assert different == []


async def test_probes_detect_visible_drafts(
    api: GraphQLApi, draft_databases: DraftDatabases
) -> None:
    """For a viewer who may read all drafts, most answers differ from those without them."""
    steward = VIEWERS["the steward"][0]
    sample = build_probes()[len(QUESTIONS) :: 6]
    different_count = 0
    for probe in sample:
        public_answer = await draft_databases.fetch_expected_answer(api, ANONYMOUS, "none", probe)
        different_count += (
            await draft_databases.fetch_answer(api, steward, "both", probe) != public_answer
        )
    assert different_count > len(sample) / 2


def test_every_root_field_of_the_contract_is_probed() -> None:
    query = load_contract().query_type
    assert query is not None
    assert set(query.fields) == set(build_arguments())


def test_probes_are_valid_against_the_contract() -> None:
    schema = load_contract()
    assert [probe for probe in build_probes() if validate(schema, parse(probe))] == []
