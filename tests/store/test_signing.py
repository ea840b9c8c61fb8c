"""The key a node signs with: kept, renewed, and told to others before it signs."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.errors import StoreUnusable
from hub.store.database import Database, open_database
from hub.store.identity.keys import SIGNING_PERIOD, SigningKeyStore
from hub.store.identity.registry import DatabaseRegistry
from tests.conftest import copied
from tests.web.access import generate_ec_key

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
async def told(template: str) -> AsyncIterator[Database]:
    async with open_database(await copied(template, "signing"), pool_size=4) as database:
        yield database


async def kids(database: Database) -> set[str]:
    return {str(key["kid"]) for key in await DatabaseRegistry(database).list_public_keys()}


async def test_a_key_outlives_the_process_and_is_one_for_all_who_ask_at_once(
    told: Database, tmp_path: Path
) -> None:
    node = SigningKeyStore(tmp_path / "keys")
    keys = await asyncio.gather(*(node.get_private_key(told, NOW) for _ in range(5)))
    again = await SigningKeyStore(tmp_path / "keys").get_private_key(told, NOW)
    assert {str(key["kid"]) for key in [*keys, again]} == {again["kid"]} < await kids(told) | {""}
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["signing.json"]


async def test_after_a_day_another_signs_and_both_are_known(told: Database, tmp_path: Path) -> None:
    node = SigningKeyStore(tmp_path)
    first = await node.get_private_key(told, NOW)
    assert await node.get_private_key(told, NOW + SIGNING_PERIOD - timedelta(seconds=1)) == first
    second = await node.get_private_key(told, NOW + SIGNING_PERIOD)
    assert second["kid"] != first["kid"]
    assert {first["kid"], second["kid"]} <= await kids(told)


async def test_a_key_is_told_again_to_a_database_that_forgot_it(
    told: Database, tmp_path: Path
) -> None:
    key = await SigningKeyStore(tmp_path).get_private_key(told, NOW)
    await told.pool.execute("delete from signing_key")
    assert await SigningKeyStore(tmp_path).get_private_key(told, NOW) == key
    assert await kids(told) == {key["kid"]}


async def test_keys_that_no_living_token_can_name_are_not_told(
    told: Database, tmp_path: Path
) -> None:
    old = await SigningKeyStore(tmp_path).get_private_key(
        told, NOW - SIGNING_PERIOD - timedelta(hours=2)
    )
    assert old["kid"] not in await kids(told)


PUBLIC = json.dumps({"jwk": generate_ec_key().as_dict(private=False), "until": NOW.isoformat()})


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"jwk": {}, "until": "2026-01-01"}', "\0\xff", PUBLIC]
)
async def test_half_a_file_is_replaced(told: Database, tmp_path: Path, text: str) -> None:
    (tmp_path / "signing.json").write_bytes(text.encode("latin-1"))
    assert (await SigningKeyStore(tmp_path).get_private_key(told, NOW))["d"]


async def test_a_folder_that_cannot_be_written_says_what_to_do(
    told: Database, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreUnusable, match="let the account that runs the hub"):
        await SigningKeyStore(tmp_path / "file").get_private_key(told, NOW)
