"""Tests that denied requests are counted in the audit log, with a limited number of entries."""

from collections.abc import Sequence

import httpx2
import pytest

from hub.domain.identity.audit_log import AccessKind, AuditEntry, Caller, Operation
from hub.domain.identity.viewer import Viewer
from hub.store.database import Database
from hub.web.audit_context import MAX_COUNTED_OPERATIONS, DeniedRequests
from tests.conftest import GraphQLApi
from tests.resolvers.test_quarantine import SOURCE
from tests.services.matrix.test_hidden_projects import insert_secret_project
from tests.web.audit_log import (
    AUDIT,
    AUDIT_LOG_QUERY,
    CONSUMER,
    OTHER,
    QUARANTINE_QUERY,
    list_audit_entries,
)
from tests.web.hub_instance import HubInstance


async def test_denied_field_is_logged_for_its_owner(
    fresh_api: GraphQLApi, quarantine_database: Database
) -> None:
    answer = await fresh_api(QUARANTINE_QUERY, viewer=OTHER)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    own = Viewer("an officer", "ministry:15", frozenset({AUDIT}))
    [entry] = (await fresh_api(AUDIT_LOG_QUERY, viewer=own))["data"]["accessLog"]["nodes"]
    assert (entry["kind"], entry["reason"], entry["subject"]) == ("DENIED", "FORBIDDEN", "another")
    assert (entry["operation"], entry["source"]["id"]) == ("query: quarantine", SOURCE)


async def test_denied_requests_of_one_caller_are_one_entry_per_minute(
    instance: HubInstance, registry_database: Database
) -> None:
    start = await registry_database.pool.fetchval("select number from access_head")

    async def list_counts() -> list[int]:
        every = await list_audit_entries(registry_database)
        return [entry.record_count for entry in every if entry.number > start]

    for _ in range(30):
        assert (await instance.query_viewer("no.token.atall")).status_code == 401
    assert await list_counts() == [1]
    instance.advance(61)
    assert (await instance.query_viewer("no.token.atall")).status_code == 401
    assert await list_counts() == [1, 30]
    instance.advance(61)
    await instance.hub.audit.denied.flush()
    await instance.hub.audit.denied.flush(everything=True)
    assert await list_counts() == [1, 30]


async def test_denied_requests_from_many_addresses_write_few_entries(
    instance: HubInstance, registry_database: Database
) -> None:
    start = await registry_database.pool.fetchval("select number from access_head")
    for number in range(300):
        transport = httpx2.ASGITransport(
            instance.app, client=(f"10.1.{number // 250}.{number % 250}", 1)
        )
        async with httpx2.AsyncClient(transport=transport, base_url="https://hub.test") as client:
            refused = await client.get(
                "/graphql?query={__typename}", headers={"authorization": "x"}
            )
            assert refused.status_code == 401
    instance.advance(61)
    await instance.hub.audit.denied.flush()
    every = [one for one in await list_audit_entries(registry_database) if one.number > start]
    assert len(every) <= 102
    assert sum(one.record_count for one in every) == 300


async def test_denied_requests_of_many_kinds_from_one_caller_write_few_entries() -> None:
    written: list[AuditEntry] = []

    async def _write(entries: Sequence[AuditEntry]) -> None:
        written.extend(entries)

    now = 0.0
    denied = DeniedRequests(_write, lambda: now)
    caller = Caller(address="10.0.0.1")
    operations = [Operation("request", f"/uploads/{number}") for number in range(300)]
    operations += [Operation("mutation", fields=(f"a{n}", f"b{n}")) for n in range(300)]
    for operation in operations:
        entry = AuditEntry(AccessKind.DENIED, caller, operation, count=1, reason="FORBIDDEN")
        await denied.add([entry])
    now = 61.0
    await denied.flush()
    assert len(written) <= MAX_COUNTED_OPERATIONS + 4
    assert sum(entry.count for entry in written) == 600


async def test_failed_client_authentication_is_logged_for_its_agency(
    instance: HubInstance, registry_database: Database
) -> None:
    start = await registry_database.pool.fetchval("select number from access_head")
    secret = await instance.add_client()
    await instance.get_token(auth=("planner", "bhs_wrong"))
    await instance.get_token(auth=("bhs_a-secret-in-the-wrong-place", "x"))
    token = (await instance.get_token(auth=("planner", secret))).json()["access_token"]
    await instance.query_viewer(f"{token[:-4]}AAAA")
    every = [one for one in await list_audit_entries(registry_database) if one.number > start]
    assert [(one.kind, one.client, one.agency_id, one.operation) for one in every] == [
        (AccessKind.WRITE, None, None, "command agency add"),
        (AccessKind.WRITE, None, None, "command client add"),
        (AccessKind.DENIED, "planner", "ministry:05", "request /oauth/token"),
        (AccessKind.DENIED, None, None, "request /oauth/token"),
        (AccessKind.DENIED, None, None, "request /graphql"),
    ]
    assert every[1].records == ("gid://hub/Client/planner",)
    texts = str(await registry_database.pool.fetch("select entry from access_log"))
    for never in (secret, "bhs_", token, token.split(".")[2], "Bearer", "Basic"):
        assert never not in texts


@pytest.mark.usefixtures("agreement")
async def test_audit_log_contains_no_argument_values(
    fresh_api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_secret_project(fresh_database, "PRIVATE")
    question = """query Named($by: ProjectBy!) {
      project(by: $by) { id } other: projects(filter: {text: "hunter2"}) { totalCount } }"""
    await fresh_api(question, {"by": {"code": "secret"}}, viewer=CONSUMER)
    [entry] = await list_audit_entries(fresh_database)
    assert entry.operation == "query Named: project, projects"
    text = await fresh_database.pool.fetchval("select entry from access_log")
    assert "hunter2" not in text
    assert '"code"' not in text
