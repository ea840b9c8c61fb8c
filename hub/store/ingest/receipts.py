"""Idempotency of commands: a repeated key returns the stored result of the first execution."""

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
"""A client repeats a command within minutes; a month is for clients that queue commands."""


@value
class IdempotentCommand:
    """Sender and idempotency key of a command, and the digest of its content."""

    sender: str
    key: str
    digest: str


async def claim_or_fetch_answer(
    connection: asyncpg.Connection, command: IdempotentCommand
) -> Any | None:
    """Return the stored result of a command; null if it is new, and its key is now taken.

    Call it in the transaction that executes the command: another sender of the same key waits for
    its end. Raises `IdempotencyKeyReused` if the key was used for another command.
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
    """Store the result of an executed command."""
    await connection.execute(UPDATE_ANSWER, command.sender, command.key, json.dumps(answer))
