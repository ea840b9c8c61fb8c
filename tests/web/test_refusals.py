"""Every refused call is counted in the log of access, and nobody fills the disk by it."""

import httpx2
import pytest

from hub.domain.identity.audit_log import AccessKind
from hub.domain.identity.viewer import Viewer
from hub.store.database import Database
from tests.conftest import Asking
from tests.resolvers.test_quarantine import SOURCE
from tests.services.test_who_sees_what import plant
from tests.web.access import Realm
from tests.web.logged import AUDIT, LOG, OTHER, PARTY, ROWS, links


async def test_a_field_of_others_is_refused_and_its_owner_can_read_who_tried(
    asking: Asking, waiting: Database
) -> None:
    answer = await asking(ROWS, viewer=OTHER)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    own = Viewer("an officer", "ministry:15", frozenset({AUDIT}))
    [one] = (await asking(LOG, viewer=own))["data"]["accessLog"]["nodes"]
    assert (one["kind"], one["reason"], one["subject"]) == ("DENIED", "FORBIDDEN", "another")
    assert (one["operation"], one["source"]["id"]) == ("query: quarantine", SOURCE)


async def test_refusals_of_one_caller_are_one_entry_a_minute(
    realm: Realm, register_database: Database
) -> None:
    start = await register_database.pool.fetchval("select number from access_head")

    async def counts() -> list[int]:
        every = await links(register_database)
        return [one.record_count for one in every if one.number > start]

    for _ in range(30):
        assert (await realm.ask("no.token.atall")).status_code == 401
    assert await counts() == [1]
    realm.later(61)
    assert (await realm.ask("no.token.atall")).status_code == 401
    assert await counts() == [1, 30]
    realm.later(61)
    await realm.hub.audit.denied.flush()
    await realm.hub.audit.denied.flush(everything=True)
    assert await counts() == [1, 30]


async def test_a_flood_from_everywhere_fills_no_disk(
    realm: Realm, register_database: Database
) -> None:
    start = await register_database.pool.fetchval("select number from access_head")
    for number in range(300):
        transport = httpx2.ASGITransport(
            realm.app, client=(f"10.1.{number // 250}.{number % 250}", 1)
        )
        async with httpx2.AsyncClient(transport=transport, base_url="https://hub.test") as client:
            refused = await client.get(
                "/graphql?query={__typename}", headers={"authorization": "x"}
            )
            assert refused.status_code == 401
    realm.later(61)
    await realm.hub.audit.denied.flush()
    every = [one for one in await links(register_database) if one.number > start]
    assert len(every) <= 102
    assert sum(one.record_count for one in every) == 300


async def test_a_client_that_fails_to_prove_itself_is_told_to_its_agency(
    realm: Realm, register_database: Database
) -> None:
    start = await register_database.pool.fetchval("select number from access_head")
    secret = await realm.add_client()
    await realm.get_token(auth=("planner", "bhs_wrong"))
    await realm.get_token(auth=("bhs_a-secret-in-the-wrong-place", "x"))
    token = (await realm.get_token(auth=("planner", secret))).json()["access_token"]
    await realm.ask(f"{token[:-4]}AAAA")
    every = [one for one in await links(register_database) if one.number > start]
    assert [(one.kind, one.client, one.agency_id, one.operation) for one in every] == [
        (AccessKind.WRITE, None, None, "command agency add"),
        (AccessKind.WRITE, None, None, "command client add"),
        (AccessKind.DENIED, "planner", "ministry:05", "request /oauth/token"),
        (AccessKind.DENIED, None, None, "request /oauth/token"),
        (AccessKind.DENIED, None, None, "request /graphql"),
    ]
    assert every[1].records == ("gid://hub/Client/planner",)
    texts = str(await register_database.pool.fetch("select entry from access_log"))
    for never in (secret, "bhs_", token, token.split(".")[2], "Bearer", "Basic"):
        assert never not in texts


@pytest.mark.usefixtures("party")
async def test_no_value_of_a_question_stands_in_the_log(
    asking: Asking, fresh_database: Database
) -> None:
    await plant(fresh_database, "PRIVATE")
    question = """query Named($by: ProjectBy!) {
      project(by: $by) { id } other: projects(filter: {text: "hunter2"}) { totalCount } }"""
    await asking(question, {"by": {"code": "secret"}}, viewer=PARTY)
    [one] = await links(fresh_database)
    assert one.operation == "query Named: project, projects"
    text = await fresh_database.pool.fetchval("select entry from access_log")
    assert "hunter2" not in text
    assert '"code"' not in text
