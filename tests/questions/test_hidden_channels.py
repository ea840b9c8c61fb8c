"""Tasks, suggestions, findings and messages to webhooks do not depend on hidden drafts.

A viewer of each kind sends every query about them, with the scopes that they need; in a long run
every viewer does.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import pytest

from hub.domain.changes import ChangeTopic
from hub.domain.identity.viewer import Viewer
from hub.store.database import Database
from hub.store.webhooks import queue
from tests.conftest import GraphQLApi
from tests.long_run import mark_long
from tests.questions.planted_drafts import MINISTERIAL
from tests.questions.probes import MARKS, build_task_queries
from tests.questions.test_hidden_drafts import VIEWERS, DraftDatabases, draft_databases

FIXTURES = (draft_databases,)
SCOPES: Final = frozenset({"linkage:propose", "linkage:decide"})
TOPICS: Final = [topic.value for topic in ChangeTopic]
CHECKED_VIEWERS: Final = (
    "anybody",
    "another department of the ministry",
    "the owning department",
    "the owning province",
    "the steward",
)
BuildQueries = Callable[[], Iterator[str]]
CURSOR_PATTERN: Final = re.compile(r'"cursor":"[^"]*"')
"""Positions under a keyed permutation, which tests/store/test_changes.py tests."""
CLIENTS: Final = {name: one for name, one in VIEWERS.items() if one[0].agency_id is not None}
"""Viewers that a client can have: it belongs to an agency."""
INSERT_REGISTRATION: Final = """
insert into registration (agency_id, enabled) values ($1, true) on conflict do nothing
"""
INSERT_CLIENT: Final = """
insert into client (id, agency_id, name, kind, scopes, secrets, keys, origins, enabled, redirects)
values ('traced', $1, 'ระบบ', 'CONFIDENTIAL', $2, '{}', '[]', '{}', true, '{}')
"""
INSERT_WEBHOOK: Final = """
insert into webhook (id, client_id, name, url, topics, area_ids, status, position, secret,
    secret_hint, created_at, updated_at)
values ('traced', 'traced', 'ระบบ', 'https://a.test', $1, '{}', 'ACTIVE', 0, '', '', now(), now())
"""
DELETE_CLIENT: Final = (
    "delete from webhook where id = 'traced'",
    "delete from client where id = 'traced'",
)
MESSAGES: Final = "select topic, subject_id, body from webhook_delivery order by id"


def mark_others_long(names: Iterable[str]) -> list[Any]:
    """Return the names of viewers; those that are not of the check are marked `long`."""
    return [name if name in CHECKED_VIEWERS else mark_long(name) for name in names]


def build_suggestion_queries() -> Iterator[str]:
    """Yield queries for suggestions: for published and secret projects, issues and areas."""
    fields = (
        "abstained text { th en } suggestions { totalCount nodes { id rank score "
        "reasons { code weight text { th en } } project { id } issue { id } stage { id } } }"
    )
    for target in (
        *(f'project: "gid://hub/Project/{key}"' for key in ("s37-01", "s37-13", *MARKS)),
        'issue: "gid://hub/StrategicIssue/s42-east-1"',
        *(f'issue: "gid://hub/StrategicIssue/{m}-issue"' for m in MARKS),
        'area: "gid://hub/Area/C2552-09"',
        'area: "gid://hub/Area/21"',
    ):
        yield f"{{ linkageSuggestions(for: {{{target}}}, first: 100) {{ {fields} }} }}"


def build_finding_queries() -> Iterator[str]:
    """Yield queries for findings: of every status, and a short page of one kind."""
    fields = "id kind severity status summary { th en } subjects { id }"
    every = "status: [OPEN, DISMISSED, SETTLED, CLOSED], first: 100"
    for arguments in (every, "kind: [OVERLAP], first: 1"):
        yield f"{{ findings({arguments}) {{ totalCount nodes {{ {fields} }} }} }}"


@pytest.mark.parametrize("viewer_name", mark_others_long(VIEWERS))
async def test_tasks_of_a_viewer_are_those_without_hidden_drafts(
    api: GraphQLApi, draft_databases: DraftDatabases, viewer_name: str
) -> None:
    viewer, database_name = VIEWERS[viewer_name]
    for query in build_task_queries():
        found = await draft_databases.fetch_answer(api, viewer, "both", query)
        assert '"errors"' not in found, found
        assert found == await draft_databases.fetch_answer(api, viewer, database_name, query)


async def test_waiting_draft_is_a_task_of_its_owner(
    api: GraphQLApi, draft_databases: DraftDatabases
) -> None:
    query = next(iter(build_task_queries()))
    for viewer_name, key in (
        ("the owning department", "FUNCTION:qqdept-link-waiting"),
        ("its ministry", "FUNCTION:qqdept-link-waiting"),
        ("the owning province", "FUNCTION:qqprov-link-waiting"),
    ):
        viewer, _ = VIEWERS[viewer_name]
        assert key in await draft_databases.fetch_answer(api, viewer, "both", query)


@pytest.mark.parametrize("viewer_name", mark_others_long(VIEWERS))
async def test_suggestions_and_findings_are_those_without_hidden_drafts(
    api: GraphQLApi, draft_databases: DraftDatabases, viewer_name: str
) -> None:
    viewer, database_name = VIEWERS[viewer_name]
    viewer = replace(viewer, scopes=viewer.scopes | SCOPES)
    for query in (*build_suggestion_queries(), *build_finding_queries()):
        found = await draft_databases.fetch_answer(api, viewer, "both", query)
        assert '"FORBIDDEN"' not in found, found
        expected = await draft_databases.fetch_expected_answer(api, viewer, database_name, query)
        assert found == expected


@pytest.mark.parametrize("build_queries", [build_suggestion_queries, build_finding_queries])
async def test_suggestions_and_findings_of_a_draft_reach_its_owner(
    api: GraphQLApi, draft_databases: DraftDatabases, build_queries: BuildQueries
) -> None:
    owner = replace(VIEWERS["the owning department"][0], scopes=SCOPES)
    answers = [
        await draft_databases.fetch_answer(api, owner, "both", query) for query in build_queries()
    ]
    assert any(MINISTERIAL.mark in answer for answer in answers), answers


async def deliver(database: Database, viewer: Viewer) -> Sequence[tuple[str, ...]]:
    """Return the messages to a webhook of a client of the viewer's agency, in order.

    Without their cursors, of which each `webhook-id` is a digest.
    """
    async with database.write_transaction() as connection:
        await connection.execute(INSERT_REGISTRATION, viewer.agency_id)
        await connection.execute(INSERT_CLIENT, viewer.agency_id, list(SCOPES))
        await connection.execute(INSERT_WEBHOOK, TOPICS)
    try:
        target = await queue.fetch_target(database, "traced")
        assert target is not None
        await queue.enqueue_changes(database, target, None)
        rows = await database.pool.fetch(MESSAGES)
    finally:
        for statement in DELETE_CLIENT:
            await database.pool.execute(statement)
    return [(row["topic"], row["subject_id"], CURSOR_PATTERN.sub("", row["body"])) for row in rows]


@pytest.mark.parametrize("viewer_name", mark_others_long(CLIENTS))
async def test_messages_to_a_webhook_are_those_without_hidden_drafts(
    draft_databases: DraftDatabases, viewer_name: str
) -> None:
    viewer, database_name = CLIENTS[viewer_name]
    databases = draft_databases.databases
    found = await deliver(databases["both"], viewer)
    assert found
    assert found == await deliver(databases[database_name], viewer)


async def test_messages_about_a_draft_reach_its_owner(draft_databases: DraftDatabases) -> None:
    owner, _ = VIEWERS["the owning department"]
    other, _ = VIEWERS["a province elsewhere"]
    database = draft_databases.databases["both"]
    reached = {(topic, subject) for topic, subject, _ in await deliver(database, owner)}
    public = {(topic, subject) for topic, subject, _ in await deliver(database, other)}
    mark = MINISTERIAL.mark
    assert {("PROJECT", mark), ("LINKAGE", f"{mark}-link")} <= reached - public
