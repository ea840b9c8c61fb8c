"""Commands are carried out once: a key that comes again is given the answer of the first time."""

import json
from typing import Any, Final

import asyncpg

from hub.domain.record import value
from hub.errors import IdempotencyKeyReused

INSERT_RECEIPT: Final = """
insert into receipt (sender, key, digest, at) values ($1, $2, $3, transaction_timestamp())
on conflict do nothing returning true
"""
SELECT_RECEIPT: Final = "select digest, answer from receipt where sender = $1 and key = $2"
UPDATE_ANSWER: Final = "update receipt set answer = $3::jsonb where sender = $1 and key = $2"
DELETE_OLD_RECEIPTS: Final = (
    "delete from receipt where at < transaction_timestamp() - interval '30 days'"
)
"""A client that repeats itself does so within minutes; a month is for those who queue commands."""


@value
class IdempotentCommand:
    """Who sends a command, the key they gave it, and the digest of what it says."""

    sender: str
    key: str
    digest: str


async def claim_or_fetch_answer(
    connection: asyncpg.Connection, command: IdempotentCommand
) -> Any | None:
    """The answer a command was given before; null: it is new, and its key is taken.

    In the transaction that carries it out: another sender of the same key waits for its end.
    `IdempotencyKeyReused` where the key stands for another command.
    """
    await connection.execute(DELETE_OLD_RECEIPTS)
    if await connection.fetchval(INSERT_RECEIPT, command.sender, command.key, command.digest):
        return None
    receipt = await connection.fetchrow(SELECT_RECEIPT, command.sender, command.key)
    if receipt["digest"] != command.digest:
        raise IdempotencyKeyReused
    return json.loads(receipt["answer"])


async def save_answer(
    connection: asyncpg.Connection, command: IdempotentCommand, answer: Any
) -> None:
    """Keep the answer of a command that was carried out."""
    await connection.execute(UPDATE_ANSWER, command.sender, command.key, json.dumps(answer))
