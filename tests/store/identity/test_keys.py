"""A node's signing key is stored, rotated, and published before it signs."""

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
from tests.conftest import copy_database
from tests.web.hub_instance import generate_ec_key

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
async def key_database(template: str) -> AsyncIterator[Database]:
    async with open_database(await copy_database(template, "signing"), pool_size=4) as database:
        yield database


async def list_key_ids(database: Database) -> set[str]:
    return {str(key["kid"]) for key in await DatabaseRegistry(database).list_public_keys()}


async def test_key_persists_and_concurrent_requests_share_it(
    key_database: Database, tmp_path: Path
) -> None:
    node = SigningKeyStore(tmp_path / "keys")
    keys = await asyncio.gather(*(node.get_private_key(key_database, NOW) for _ in range(5)))
    reloaded = await SigningKeyStore(tmp_path / "keys").get_private_key(key_database, NOW)
    assert (
        {str(key["kid"]) for key in [*keys, reloaded]}
        == {reloaded["kid"]}
        < await list_key_ids(key_database) | {""}
    )
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["signing.json"]


async def test_key_is_rotated_after_a_day_and_both_are_published(
    key_database: Database, tmp_path: Path
) -> None:
    node = SigningKeyStore(tmp_path)
    first = await node.get_private_key(key_database, NOW)
    assert (
        await node.get_private_key(key_database, NOW + SIGNING_PERIOD - timedelta(seconds=1))
        == first
    )
    second = await node.get_private_key(key_database, NOW + SIGNING_PERIOD)
    assert second["kid"] != first["kid"]
    assert {first["kid"], second["kid"]} <= await list_key_ids(key_database)


async def test_key_missing_from_the_database_is_published_again(
    key_database: Database, tmp_path: Path
) -> None:
    key = await SigningKeyStore(tmp_path).get_private_key(key_database, NOW)
    await key_database.pool.execute("delete from signing_key")
    assert await SigningKeyStore(tmp_path).get_private_key(key_database, NOW) == key
    assert await list_key_ids(key_database) == {key["kid"]}


async def test_expired_key_is_not_published(key_database: Database, tmp_path: Path) -> None:
    old = await SigningKeyStore(tmp_path).get_private_key(
        key_database, NOW - SIGNING_PERIOD - timedelta(hours=2)
    )
    assert old["kid"] not in await list_key_ids(key_database)


PUBLIC_KEY_FILE = json.dumps(
    {"jwk": generate_ec_key().as_dict(private=False), "until": NOW.isoformat()}
)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"jwk": {}, "until": "2026-01-01"}', "\0\xff", PUBLIC_KEY_FILE]
)
async def test_invalid_key_file_is_replaced(
    key_database: Database, tmp_path: Path, text: str
) -> None:
    (tmp_path / "signing.json").write_bytes(text.encode("latin-1"))
    assert (await SigningKeyStore(tmp_path).get_private_key(key_database, NOW))["d"]


async def test_unwritable_key_folder_error_states_the_fix(
    key_database: Database, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreUnusable, match="allow the account that runs the hub"):
        await SigningKeyStore(tmp_path / "file").get_private_key(key_database, NOW)
