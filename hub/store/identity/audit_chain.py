"""Verify the audit log: every entry once and in order, in constant memory.

The digests are computed by this program, not by the database under verification.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Final

import asyncpg

from hub.domain.identity.audit_log import GENESIS_DIGEST, AuditEntry, compute_link_digest
from hub.domain.record import record
from hub.store.database import Database

FETCH_SIZE: Final = 2_000
"""Entries fetched at a time."""
LINKS: Final = """
select number, at, entry, previous, digest, owner_id, agency_id, source_id from access_log
where ($1::timestamptz is null or at >= $1) and ($2::timestamptz is null or at < $2)
order by at, number
"""
LINK_BEFORE: Final = """
select number, digest from access_log where at < $1 order by at desc, number desc limit 1
"""
CHAIN_HEAD: Final = "select number, at, digest from access_head"
COUNT_BY_NUMBER: Final = "select count(*) from access_log where number = $1"
MONTH_PARTITION: Final = (
    "select to_regclass('audit.access_log_' || to_char($1 at time zone 'UTC', 'YYYY_MM'))"
)


@record
class ChainBreak:
    """The first entry at which the chain is broken, and how."""

    number: int
    th: str
    en: str


@record
class ChainVerification:
    """The result of a verification: how many entries, number and digest of the last, the first
    break.
    """

    links: int
    number: int
    digest: bytes
    first_break: ChainBreak | None


async def fetch_head(database: Database) -> tuple[int, str]:
    """Return number and digest of the last entry, to be stored outside of this database."""
    row = await database.pool.fetchrow(CHAIN_HEAD)
    return (row["number"], row["digest"].hex()) if row else (0, "")


async def verify_chain(
    database: Database,
    *,
    first: datetime | None = None,
    until: datetime | None = None,
    expected_head: tuple[int, str] | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> ChainVerification:
    """Verify the chain, or the part between two instants, up to its first break.

    A part is verified to follow the entry before it, which is trusted. `expected_head` is a head
    that was stored outside: the chain must contain it. `progress` is called every 50,000 entries.
    """
    async with (
        database.pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await connection.execute("set local statement_timeout = 0")
        number, digest = 0, GENESIS_DIGEST
        if first and (previous_link := await connection.fetchrow(LINK_BEFORE, first)):
            number, digest = previous_link["number"], bytes(previous_link["digest"])
        start_number, head_found = number, expected_head is None
        last_at = first
        async for row in iterate_links(connection, first, until):
            if link_break := await check_link(connection, row, number, digest, last_at):
                return ChainVerification(number - start_number, number, digest, link_break)
            number, digest, last_at = row["number"], row["digest"], row["at"]
            if expected_head and number == expected_head[0]:
                if digest.hex() != expected_head[1]:
                    return ChainVerification(
                        number - start_number, number, digest, chain_rewritten_break(number)
                    )
                head_found = True
            if number % 50_000 == 0:
                progress(number)
        end_break = await check_head(connection, number, digest) if until is None else None
        if (
            end_break is None
            and not head_found
            and expected_head
            and not start_number >= expected_head[0] > 0
        ):
            end_break = link_removed_break(expected_head[0])
        return ChainVerification(number - start_number, number, digest, end_break)


async def iterate_links(
    connection: asyncpg.Connection, first: datetime | None, until: datetime | None
) -> AsyncIterator[asyncpg.Record]:
    """Yield the entries in order of time, fetched `FETCH_SIZE` at a time."""
    async for row in connection.cursor(LINKS, first, until, prefetch=FETCH_SIZE):
        yield row


async def check_link(
    connection: asyncpg.Connection,
    row: asyncpg.Record,
    number: int,
    digest: bytes,
    last_at: datetime | None,
) -> ChainBreak | None:
    """Return what is wrong with the entry after the one of `number` and `digest`; null if
    correct.
    """
    link_number = row["number"]
    if link_number <= number:
        return ChainBreak(
            link_number,
            "มีรายการแทรกเข้ามา หรือเลขซ้ำ",
            "an entry was inserted, or its number is used twice",
        )
    if link_number > number + 1:
        return await explain_missing_link(connection, number + 1, row["at"], last_at)
    if compute_link_digest(row["previous"], link_number, row["at"], row["entry"]) != row["digest"]:
        return ChainBreak(
            link_number, "รายการนี้ถูกแก้", "this entry was changed: its digest does not match"
        )
    if row["previous"] != digest:
        return ChainBreak(
            link_number,
            "รายการนี้ไม่ต่อจากรายการก่อนหน้า ถูกเขียนขึ้นใหม่",
            "this entry was rewritten: it does not follow the one before",
        )
    entry = AuditEntry.from_json(row["entry"])
    if (entry.owner_id, entry.caller.agency_id, entry.source_id) != (
        row["owner_id"],
        row["agency_id"],
        row["source_id"],
    ):
        return ChainBreak(
            link_number,
            "ช่องค้นหาไม่ตรงกับรายการ",
            "the search columns do not match the entry",
        )
    return None


async def explain_missing_link(
    connection: asyncpg.Connection, number: int, at: datetime, last_at: datetime | None
) -> ChainBreak:
    """Return why a number is missing: reordered, removed, or removed with its month's partition."""
    if await connection.fetchval(COUNT_BY_NUMBER, number):
        return ChainBreak(number, "ลำดับเวลาถูกสลับ", "the order was changed: this entry is elsewhere")
    month = (last_at or at).replace(day=1)
    while (month.year, month.month) <= (at.year, at.month):
        if await connection.fetchval(MONTH_PARTITION, month) is None:
            month_name = f"{month.year:04}-{month.month:02}"
            return ChainBreak(
                number,
                f"ไม่มีพาร์ทิชันของเดือน {month_name}",
                f"the partition of {month_name} is missing",
            )
        is_december = month.month == 12
        month = month.replace(
            year=month.year + is_december, month=1 if is_december else month.month + 1
        )
    return link_removed_break(number)


async def check_head(
    connection: asyncpg.Connection, number: int, digest: bytes
) -> ChainBreak | None:
    """Return what is wrong if the last entry is not the one that the head names; null if it is."""
    row = await connection.fetchrow(CHAIN_HEAD)
    if row is None:
        return ChainBreak(number, "แถวหัวของบันทึกหายไป", "the head row is missing")
    if row["number"] > number:
        return await explain_missing_link(connection, number + 1, row["at"], row["at"])
    if row["number"] < number or row["digest"] != digest:
        return ChainBreak(
            number, "หัวของบันทึกไม่ใช่รายการสุดท้าย", "the head does not name the last entry"
        )
    return None


def link_removed_break(number: int) -> ChainBreak:
    """Return the break of an entry that was removed."""
    return ChainBreak(number, "รายการนี้ถูกลบ", "this entry was removed")


def chain_rewritten_break(number: int) -> ChainBreak:
    """Return the break of a consistent chain that is not the one of the stored head."""
    return ChainBreak(
        number,
        "ไม่ตรงกับหัวที่เก็บไว้ภายนอก บันทึกถูกเขียนใหม่ทั้งสาย",
        "the digest differs from the one stored outside: the whole chain was rewritten",
    )
