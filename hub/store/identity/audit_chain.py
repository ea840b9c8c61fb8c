"""Proving the log of access: every link once, in order, with little memory however long it is.

The digests are taken anew by this program, not by the database that is to be proven.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Final

import asyncpg

from hub.domain.identity.audit_log import GENESIS_DIGEST, AuditEntry, compute_link_digest
from hub.domain.record import record
from hub.store.database import Database

FETCH_SIZE: Final = 2_000
"""Links fetched in one go."""
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
    """The first link at which the chain does not hold, and what was done to it."""

    number: int
    th: str
    en: str


@record
class ChainVerification:
    """What was looked at: how many links, the last of them, and where the chain breaks."""

    links: int
    number: int
    digest: bytes
    first_break: ChainBreak | None


async def fetch_head(database: Database) -> tuple[int, str]:
    """The number and the digest of the last link, to be kept outside of this database."""
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
    """Walk the chain, or the part of it from one instant up to another, and stop where it breaks.

    The part is proven to follow the link before it, which is taken as it stands. `kept` is a head
    that was kept outside: the chain must run through it.
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
    """The links, as they stand in the partitions, some thousands at a time."""
    async for row in connection.cursor(LINKS, first, until, prefetch=FETCH_SIZE):
        yield row


async def check_link(
    connection: asyncpg.Connection,
    row: asyncpg.Record,
    number: int,
    digest: bytes,
    last_at: datetime | None,
) -> ChainBreak | None:
    """What is wrong with a link behind the one of `number` and `digest`; null where it holds."""
    link_number = row["number"]
    if link_number <= number:
        return ChainBreak(
            link_number, "มีรายการแทรกเข้ามา หรือเลขซ้ำ", "a link was put in: this number stood before"
        )
    if link_number > number + 1:
        return await explain_missing_link(connection, number + 1, row["at"], last_at)
    if compute_link_digest(row["previous"], link_number, row["at"], row["entry"]) != row["digest"]:
        return ChainBreak(
            link_number, "รายการนี้ถูกแก้", "this link was changed: its digest is another"
        )
    if row["previous"] != digest:
        return ChainBreak(
            link_number,
            "รายการนี้ไม่ต่อจากรายการก่อนหน้า ถูกเขียนขึ้นใหม่",
            "this link was written anew: it does not follow the one before",
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
            "the columns it is found by are not those of the entry",
        )
    return None


async def explain_missing_link(
    connection: asyncpg.Connection, number: int, at: datetime, last_at: datetime | None
) -> ChainBreak:
    """Why a number is not where it should be: elsewhere, gone, or gone with its month."""
    if await connection.fetchval(COUNT_BY_NUMBER, number):
        return ChainBreak(
            number, "ลำดับเวลาถูกสลับ", "the order was changed: this link stands elsewhere"
        )
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
    """Whether the last link is the one the head names."""
    row = await connection.fetchrow(CHAIN_HEAD)
    if row is None:
        return ChainBreak(number, "แถวหัวของบันทึกหายไป", "the row of the head is missing")
    if row["number"] > number:
        return await explain_missing_link(connection, number + 1, row["at"], row["at"])
    if row["number"] < number or row["digest"] != digest:
        return ChainBreak(
            number, "หัวของบันทึกไม่ใช่รายการสุดท้าย", "the head does not name the last link"
        )
    return None


def link_removed_break(number: int) -> ChainBreak:
    """A link that is no more."""
    return ChainBreak(number, "รายการนี้ถูกลบ", "this link was removed")


def chain_rewritten_break(number: int) -> ChainBreak:
    """A chain that holds in itself and is not the one a head was kept of."""
    return ChainBreak(
        number,
        "ไม่ตรงกับหัวที่เก็บไว้ภายนอก บันทึกถูกเขียนใหม่ทั้งสาย",
        "not the digest that was kept outside: the whole chain was written anew",
    )
