"""Tests `hub agreement`: add, list and revoke agreements to share drafts."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.domain.identity.agreements import SharingScope
from hub.domain.identity.viewer import Viewer
from hub.services.identity import agreements
from hub.store.database import Database
from tests.cli.conftest import RunCommand, expect_failure, expect_success, fetch_rows
from tests.conftest import GraphQLApi

PURPOSE = "ประชุมร่วมภาคตะวันออก"
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
AGREEMENT_ARGUMENTS = ("province:45", "ministry:07", PURPOSE, "--until", TOMORROW)


async def test_draft_is_readable_from_the_next_request_until_the_agreement_is_revoked(
    api: GraphQLApi, fresh_database: Database
) -> None:
    async with fresh_database.write_transaction() as connection:
        await connection.execute(
            "insert into project (id, code, name_th, sort_key, owner_id, fiscal_years, visibility) "
            "values ('draft', 'draft', 'ร่าง', 'ร', 'province:20', '{2011}', 'PRIVATE')"
        )
    consumer = Viewer("an officer", "ministry:05")

    async def fetch_draft() -> Any:
        question = '{ project(by: {code: "draft"}) { code } }'
        answer = await api(question, viewer=consumer, database=fresh_database)
        return answer["data"]["project"]

    assert await fetch_draft() is None
    made = await agreements.add_agreement(
        fresh_database,
        "somsri",
        provider="province:20",
        consumer="05",
        purpose=PURPOSE,
        what=SharingScope.ALL,
        key=None,
        until=agreements.end_of_day(TOMORROW),
    )
    assert await fetch_draft() == {"code": "draft"}
    await agreements.revoke_agreement(fresh_database, "somsri", made.id)
    assert await fetch_draft() is None


def test_agreement_is_listed_with_its_last_day_also_when_revoked(hub: RunCommand, dsn: str) -> None:
    made = expect_success(
        hub("agreement", "add", "province:20", "05", PURPOSE, "--until", TOMORROW)
    )
    key = made.split(":")[0].strip()
    listed = expect_success(hub("agreement", "list"))
    assert f"✓ {key}  province:20 → ministry:05  [all]  {TOMORROW}  {PURPOSE}" in listed
    expect_success(hub("agreement", "revoke", key))
    expect_success(hub("agreement", "revoke", key))
    assert f"✗ {key}" in expect_success(hub("agreement", "list"))
    [past] = fetch_rows(dsn, "select revoked_at from history.data_sharing")
    assert past["revoked_at"] is None
    written = fetch_rows(dsn, "select entry::json as entry from access_log order by number")
    entries = [json.loads(row["entry"]) for row in written]
    assert [(one["operation"], one["owner"], one["records"]) for one in entries] == [
        (f"agreement {command}", "province:20", [f"gid://hub/DataSharing/{key}"])
        for command in ("add", "revoke")
    ], "each change once, and nothing for the second revocation"


def test_agreement_can_be_limited_to_a_plan_a_source_or_projects(hub: RunCommand) -> None:
    expect_success(hub("agreement", "add", *AGREEMENT_ARGUMENTS, "--plan", "plan-45-2553"))
    expect_success(hub("agreement", "add", *AGREEMENT_ARGUMENTS, "--source", "public-pages"))
    expect_success(hub("agreement", "add", *AGREEMENT_ARGUMENTS, "--only", "projects"))
    listed = expect_success(hub("agreement", "list"))
    for what in ("[plan plan-45-2553]", "[source public-pages]", "[projects]"):
        assert what in listed


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["province:20", "province:20", "x", "--until", TOMORROW], 2, "CONSUMER"),
        (["province:20", "nobody", "x", "--until", TOMORROW], 1, "nobody"),
        (["province:20", "05", " ", "--until", TOMORROW], 2, "PURPOSE"),
        (["province:20", "05", "x" * 501, "--until", TOMORROW], 2, "PURPOSE"),
        (["province:20", "05", "x", "--until", "30/9/2027"], 2, "2027-09-30"),
        (["province:20", "05", "x", "--until", "9999-12-31"], 2, "--until"),
        (["province:20", "05", "x", "--until", "2020-01-01"], 2, "has passed"),
        (["province:20", "05", "x", "--until", "2570-09-30"], 2, "CE, not BE"),
        (["province:20", "05", "x"], 2, "--until is required"),
        (["province:20", "05", "x", "--until", TOMORROW, "--plan", "?"], 2, "no plan ?"),
        (["province:20", "05", "x", "--until", TOMORROW, "--source", "?"], 2, "no source ?"),
        ([*AGREEMENT_ARGUMENTS, "--source", "a", "--plan", "b"], 2, "only one may be used"),
    ],
)
def test_invalid_agreement_is_rejected(
    hub: RunCommand, dsn: str, arguments: list[str], code: int, message: str
) -> None:
    expect_failure(hub("agreement", "add", *arguments), code, message)
    assert expect_success(hub("agreement", "list")) == "ยังไม่มีข้อตกลง · There is no agreement\n"
    assert fetch_rows(dsn, "select 1 from access_log") == []


def test_unknown_agreement_cannot_be_revoked(hub: RunCommand) -> None:
    expect_failure(hub("agreement", "revoke", "share-none"), 1, "hub agreement list")


def test_agreements_are_listed_as_json(hub: RunCommand) -> None:
    assert hub("agreement", "list", "--json").json == []
    expect_success(hub("agreement", "add", *AGREEMENT_ARGUMENTS, "--plan", "plan-45-2553"))
    [one] = hub("agreement", "list", "--json").json
    assert one.pop("id").startswith("share-")
    assert datetime.fromisoformat(one.pop("until")) == agreements.end_of_day(TOMORROW)
    assert one == {
        "provider": "province:45",
        "consumer": "ministry:07",
        "purpose": PURPOSE,
        "what": "PLAN",
        "key": "plan-45-2553",
        "revoked_at": None,
        "active": True,
    }
