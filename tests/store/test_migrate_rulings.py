"""Migration 0017 carries decisions of the earlier program over as rulings."""

from typing import Any

import asyncpg

from hub.domain.sources.records import NameKind
from hub.domain.sources.rulings import RulingKind
from hub.ingest.record_facts import build_record_id
from hub.store.ingest import quarantine, rulings
from hub.store.migrate import migrate

HASH = bytes(32)
DOUBTS = '[{{"reason": "{reason}", "kind": {kind}, "written": "{written}", "field": "f"}}]'
INSERT_ROW = """
insert into quarantine (run_id, source_id, source_key, scope, block, hash, retrieved_at, reason,
    field, written, doubts, amounts, status, settled_by, settled_at)
values ($1, 's', $2, '', $3, $4, now(), $5, 'f', $6, $7::jsonb, '{}', $8, $9, $10)
"""


async def insert_row(
    connection: asyncpg.Connection, run_id: int, key: str, reason: str, status: str, **more: Any
) -> None:
    """Insert a row of the quarantine as the earlier program did."""
    written, kind = more.get("written", "-5"), '"AREA"' if "written" in more else "null"
    await connection.execute(
        INSERT_ROW,
        run_id,
        key,
        more.get("block"),
        HASH,
        reason,
        written,
        DOUBTS.format(reason=reason, kind=kind, written=written),
        status,
        more.get("by"),
        more.get("at"),
    )


async def insert_earlier_decisions(connection: asyncpg.Connection) -> None:
    """Insert two decisions on one name, one acceptance, one refusal, and a waiting row."""
    await connection.execute(
        "insert into source (id, name_th, kind, health) values ('s', 'แหล่ง', 'REGISTER', 'OK')"
    )
    await connection.execute(
        "insert into raw_record (hash, form, payload) values ($1, 'JSON', '')", HASH
    )
    run_id = await connection.fetchval(
        "insert into source_run (source_id, status, started_at, origin, spec_digest, state, "
        "ledger) values ('s', 'SUCCEEDED', now(), 'o', 'd', '{}', '{}') returning id"
    )
    await connection.execute(
        "insert into name_decision values ('n', 's', 'AREA', 'ตราดด', null, 1962, 2100, '21', "
        "'somsri', now())"
    )
    await connection.execute(
        "update name_decision set target = '23', decided_at = now() where id = 'n'"
    )
    await connection.execute(
        "insert into source_record (id, source_id, scheme, value, payload_hash, retrieved_at) "
        "values ($1, 's', 's', 'a', $2, now())",
        build_record_id("s", "a"),
        HASH,
    )
    at = await connection.fetchval("select now()")
    settled = {"by": "somsri", "at": at}
    name = {"written": "ตราดด", "block": "b#1"}
    await insert_row(connection, run_id, "a", "UNKNOWN_NAME", "RESOLVED", **name, **settled)
    await insert_row(connection, run_id, "b", "NEGATIVE_AMOUNT", "RESOLVED", **settled)
    await insert_row(connection, run_id, "c", "NEGATIVE_AMOUNT", "REFUSED", **settled)
    await insert_row(connection, run_id, "d", "NEGATIVE_AMOUNT", "RESOLVED")
    await insert_row(connection, run_id, "e", "NEGATIVE_AMOUNT", "WAITING")


async def test_decisions_of_the_earlier_program_become_rulings(empty_dsn: str) -> None:
    await migrate(empty_dsn, "0016")
    connection = await asyncpg.connect(empty_dsn)
    try:
        await insert_earlier_decisions(connection)
        await migrate(empty_dsn)
        [decision] = await rulings.list_name_decisions(connection, "s")
        assert (decision.kind, decision.name, decision.target) == (NameKind.AREA, "ตราดด", "23")
        ended = await rulings.list_rulings(connection, "s", in_force=False)
        assert [one.decision and one.decision.target for one in ended] == ["21"]
        assert await quarantine.fetch_rulings(connection, "s", list("abcde")) == {
            ("b", HASH.hex()): RulingKind.ACCEPT,
            ("c", HASH.hex()): RulingKind.REFUSE,
        }
        assert decision.ruling_id is not None
        [record] = await rulings.list_resolved_records(connection, [decision.ruling_id])
        assert (record.key, record.block) == ("a", "b#1")
    finally:
        await connection.close()
