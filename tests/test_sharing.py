"""Agreements from a terminal: made, shown, ended, and refused with the way to mend it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub import sharing
from hub.domain.access import Viewer
from hub.errors import HubError, Invalid, NotFound
from hub.store.clients import Registering
from hub.store.engine import Database
from hub.store.sharing import Sharing
from tests.conftest import Asking

Type = Callable[..., Coroutine[Any, Any, str]]
PURPOSE = "ประชุมร่วมภาคตะวันออก"
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


@pytest.fixture
def typed(fresh_database: Database, capsys: pytest.CaptureFixture[str]) -> Type:
    """`await typed("add", …)`: what was printed."""

    async def run(*arguments: str) -> str:
        parser = ArgumentParser()
        sharing.arguments(parser)
        told: Namespace = parser.parse_args(arguments)
        capsys.readouterr()
        register = Registering(fresh_database)
        await sharing.agreement(told, Sharing(fresh_database), register, print)
        return capsys.readouterr().out

    return run


async def test_an_agreement_opens_a_draft_with_the_next_question_and_closes_it_with_the_next(
    typed: Type, ask: Asking, fresh_database: Database
) -> None:
    async with fresh_database.writing() as connection:
        await connection.execute(
            "insert into project (id, code, name_th, sort_key, owner_id, fiscal_years, visibility) "
            "values ('draft', 'draft', 'ร่าง', 'ร', 'province:20', '{2011}', 'PRIVATE')"
        )
    friend = Viewer("an officer", "ministry:05")

    async def found() -> Any:
        question = '{ project(by: {code: "draft"}) { code } }'
        answer = await ask(question, viewer=friend, database=fresh_database)
        return answer["data"]["project"]

    assert await found() is None
    made = await typed("add", "province:20", "05", PURPOSE, "--until", TOMORROW)
    key = made.split(":")[0]
    assert await found() == {"code": "draft"}
    listed = await typed("list")
    assert f"✓ {key}  province:20 → ministry:05  [all]  {TOMORROW}  {PURPOSE}" in listed
    await typed("revoke", key)
    assert await found() is None
    assert f"✗ {key}" in await typed("list")


async def test_what_is_shared_can_be_narrowed(typed: Type) -> None:
    pair = ["province:45", "ministry:07", PURPOSE, "--until", TOMORROW]
    await typed("add", *pair, "--plan", "plan-45-2553")
    await typed("add", *pair, "--source", "public-pages")
    await typed("add", *pair, "--only", "projects")
    listed = await typed("list")
    for what in ("[plan plan-45-2553]", "[source public-pages]", "[projects]"):
        assert what in listed


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (["province:20", "province:20", "x", "--until", TOMORROW], Invalid, "CONSUMER"),
        (["province:20", "nobody", "x", "--until", TOMORROW], NotFound, "nobody"),
        (["province:20", "05", " ", "--until", TOMORROW], Invalid, "PURPOSE"),
        (["province:20", "05", "x" * 501, "--until", TOMORROW], Invalid, "PURPOSE"),
        (["province:20", "05", "x", "--until", "30/9/2027"], Invalid, "2027-09-30"),
        (["province:20", "05", "x", "--until", "9999-12-31"], Invalid, "--until"),
        (["province:20", "05", "x", "--until", "2020-01-01"], Invalid, "has passed"),
        (["province:20", "05", "x", "--until", "2570-09-30"], Invalid, "CE, not BE"),
        (["province:20", "05", "x", "--until", TOMORROW, "--plan", "?"], Invalid, "no plan ?"),
        (["province:20", "05", "x", "--until", TOMORROW, "--source", "?"], Invalid, "no source ?"),
    ],
)
async def test_what_cannot_be_agreed_is_refused_with_words(
    typed: Type, arguments: list[str], error: type[HubError], words: str
) -> None:
    with pytest.raises(error, match=r".") as refused:
        await typed("add", *arguments)
    assert words in refused.value.message
    assert "·" in refused.value.message
    assert await typed("list") == ""


async def test_an_agreement_that_is_none_cannot_be_revoked(typed: Type) -> None:
    with pytest.raises(NotFound, match="hub agreement list"):
        await typed("revoke", "share-none")


async def test_what_was_agreed_is_kept_with_its_end(typed: Type, fresh_database: Database) -> None:
    made = await typed("add", "province:20", "05", PURPOSE, "--until", TOMORROW)
    await typed("revoke", made.split(":")[0])
    await typed("revoke", made.split(":")[0])  # twice is once
    past = await fresh_database.pool.fetch("select revoked_at from history.data_sharing")
    assert [row["revoked_at"] for row in past] == [None]
