"""The audit log is one hash chain despite concurrent writers; verifying it uses constant memory."""

import asyncio
import subprocess
import sys
from contextlib import suppress

import asyncpg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hub.errors import NotReady
from hub.store.database import Database, open_database
from hub.store.identity.audit_chain import fetch_head, verify_chain
from hub.store.identity.audit_log import AuditLogWriter, append_entries, create_partitions
from tests.store.identity.audit_chain import (
    SuperuserConnection,
    build_entry,
    forge_entry,
    rewrite_links,
)


async def test_untouched_chain_is_valid_up_to_its_head(chain: Database) -> None:
    proof = await verify_chain(chain)
    assert (proof.links, proof.number, proof.first_break) == (10, 10, None)
    assert await fetch_head(chain) == (10, proof.digest.hex())
    assert (
        await verify_chain(chain, expected_head=(4, await fetch_digest(chain, 4)))
    ).first_break is None


async def fetch_digest(database: Database, number: int) -> str:
    found: bytes = await database.pool.fetchval(
        "select digest from access_log where number = $1", number
    )
    return found.hex()


async def test_changed_owner_column_is_detected(fresh_database: Database) -> None:
    await AuditLogWriter(fresh_database).write([build_entry(1), build_entry(2)])
    async with SuperuserConnection(fresh_database) as connection:
        await connection.execute("alter table access_log alter owner_id drop expression")
        await connection.execute("update access_log set owner_id = 'ministry:01' where number = 2")
    broken = (await verify_chain(fresh_database)).first_break
    assert broken is not None
    assert (broken.number, "columns" in broken.en) == (2, True)


async def test_rewritten_chain_is_detected_by_an_expected_head(chain: Database) -> None:
    number, digest = await fetch_head(chain)
    async with SuperuserConnection(chain) as connection:
        await rewrite_links(connection)
    assert (await verify_chain(chain)).first_break is None
    broken = (await verify_chain(chain, expected_head=(number, digest))).first_break
    assert broken is not None
    assert "rewritten" in broken.en
    broken = (await verify_chain(chain, expected_head=(99, digest))).first_break
    assert broken is not None
    assert broken.number == 99


async def test_part_of_the_chain_is_verified_on_its_own(chain: Database) -> None:
    times = [r["at"] for r in await chain.pool.fetch("select at from access_log order by number")]
    part = await verify_chain(chain, first=times[3], until=times[8])
    assert (part.links, part.number, part.first_break) == (5, 8, None)
    async with SuperuserConnection(chain) as connection:
        await forge_entry(connection)
    assert (await verify_chain(chain, first=times[6])).first_break is None
    broken = (await verify_chain(chain, first=times[4])).first_break
    assert broken is not None
    assert broken.number == 6


@pytest.mark.parametrize(
    "statement",
    [
        "update access_log set entry = '{}'",
        "delete from access_log where number = 3",
        "truncate access_log",
        "truncate {part}",
        "update {part} set entry = '{{}}'",
        "delete from {part}",
        "delete from access_head",
        "truncate access_head",
        "update access_head set digest = sha256('')",
        "update access_head set number = 1",
    ],
)
async def test_table_owner_cannot_change_or_delete_links(chain: Database, statement: str) -> None:
    partition = await chain.pool.fetchval("select tableoid::regclass::text from access_log limit 1")
    with pytest.raises(asyncpg.RaiseError, match="only grows"):
        await chain.pool.execute(statement.replace("{part}", partition))
    assert (await verify_chain(chain)).first_break is None


async def test_concurrent_writers_of_several_nodes_form_one_chain(
    chain: Database, chain_dsn: str
) -> None:
    async with open_database(chain_dsn, pool_size=4) as other:
        writers = [AuditLogWriter(chain), AuditLogWriter(other), AuditLogWriter(chain)]

        async def write_two_entries(number: int) -> None:
            await writers[number % 3].write([build_entry(number), build_entry(number)])

        async def append_in_transaction(number: int) -> None:
            async with chain.write_transaction() as connection:
                await append_entries(connection, [build_entry(number)])

        await asyncio.gather(
            *(write_two_entries(n) for n in range(200)),
            *(append_in_transaction(n) for n in range(20)),
        )
    proof = await verify_chain(chain)
    assert (proof.links, proof.first_break) == (10 + 400 + 20, None)


@given(sizes=st.lists(st.integers(0, 5), max_size=6), broken=st.sets(st.integers(0, 5)))
@hypothesis_settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_rolled_back_appends_leave_no_gap_in_the_numbers(
    chain: Database, sizes: list[int], broken: set[int]
) -> None:
    before = (await verify_chain(chain)).links

    async def append_or_fail(at: int, size: int) -> None:
        with suppress(InterruptedError):
            async with chain.write_transaction() as connection:
                await append_entries(connection, [build_entry(n) for n in range(size)])
                if at in broken:
                    raise InterruptedError

    await asyncio.gather(*(append_or_fail(at, size) for at, size in enumerate(sizes)))
    proof = await verify_chain(chain)
    committed = sum(size for at, size in enumerate(sizes) if at not in broken)
    assert (proof.links - before, proof.first_break) == (committed, None)


async def test_partitions_are_created_ahead_and_a_clock_set_back_keeps_the_order(
    chain: Database,
) -> None:
    async with chain.write_transaction() as connection:
        await create_partitions(connection)
        await create_partitions(connection)
    parts = "select count(*) from pg_inherits where inhparent = 'access_log'::regclass"
    assert await chain.pool.fetchval(parts) == 2
    async with SuperuserConnection(chain) as connection:
        await connection.execute("update access_head set at = now() + interval '70 days'")
    await AuditLogWriter(chain).write([build_entry(11)])
    assert await chain.pool.fetchval(parts) == 4
    assert (await verify_chain(chain)).first_break is None


async def test_failed_append_raises_not_ready_and_writes_nothing(chain: Database) -> None:
    log = AuditLogWriter(chain)
    await chain.pool.execute("alter function append_access rename to append_access_away")
    try:
        with pytest.raises(NotReady, match="withheld"):
            await log.write([build_entry()])
    finally:
        await chain.pool.execute("alter function append_access_away rename to append_access")
    await log.write([build_entry()])
    assert (await verify_chain(chain)).links == 11


async def test_append_timeout_raises_not_ready_and_the_next_append_succeeds(
    chain: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = AuditLogWriter(chain)
    monkeypatch.setattr("hub.store.identity.audit_log.APPEND_TIMEOUT", 0.2)
    async with chain.write_transaction() as connection:
        await append_entries(connection, [build_entry()])
        with pytest.raises(NotReady, match="withheld"):
            await log.write([build_entry()])
    monkeypatch.undo()
    await log.write([build_entry()])
    assert (await verify_chain(chain)).first_break is None


async def test_unexpected_error_is_raised_to_every_waiting_writer(
    chain: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail_append(*_: object, **__: object) -> None:
        raise RuntimeError("unforeseen")

    log = AuditLogWriter(chain)
    with monkeypatch.context() as patch:
        patch.setattr("hub.store.identity.audit_log.append_entries", fail_append)
        async with asyncio.timeout(20):
            results = await asyncio.gather(
                *(log.write([build_entry()]) for _ in range(3)), return_exceptions=True
            )
    assert [str(one) for one in results] == ["unforeseen"] * 3
    await log.write([build_entry()])
    assert (await verify_chain(chain)).links == 11


MILLION = 1_000_000


async def test_million_links_are_verified_with_constant_memory(
    chain: Database, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    if request.config.getoption("--hypothesis-profile") != "long":
        pytest.skip("it takes a minute or two: make check-long")
    texts = [build_entry(n).canonical_json for n in range(10_000)]
    for _ in range(MILLION // len(texts)):
        await chain.pool.execute("select append_access($1::text[])", texts, timeout=120)
    host = await chain.pool.fetchval("show unix_socket_directories")
    name = await chain.pool.fetchval("select current_database()")
    run = subprocess.run(
        [sys.executable, "-c", VERIFY_PROGRAM, f"postgresql://hub@/{name}?host={host}&port=5432"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    links, seconds, early, late = run.stdout.split()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{int(links):,} links: {seconds} s, {early} MB at first, {late} MB at last\n"
        )
    assert int(links) == MILLION + 10
    assert float(late) - float(early) < 8
    assert float(late) < 250


VERIFY_PROGRAM = """
import asyncio, resource, sys, time
from hub.store.identity.audit_chain import verify_chain
from hub.store.database import open_database

def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

async def main():
    seen = []
    async with open_database(sys.argv[1], pool_size=1) as database:
        began = time.monotonic()
        proof = await verify_chain(database, progress=lambda _: seen.append(memory()))
        assert proof.first_break is None, proof.first_break.en
        print(proof.links, f"{time.monotonic() - began:.1f}", f"{seen[0]:.1f}", f"{memory():.1f}")

asyncio.run(main())
"""
