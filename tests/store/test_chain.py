"""The log of access is one chain, whoever writes to it, and proving it costs no memory."""

import asyncio
import subprocess
import sys
from contextlib import suppress

import asyncpg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from hub.errors import NotReady
from hub.store.database import Database, open_database
from hub.store.identity.audit_chain import fetch_head, verify_chain
from hub.store.identity.audit_log import AuditLogWriter, append_entries, create_partitions
from tests.store.chained import behind, entry, forge, rehash


async def test_an_untouched_chain_holds_and_ends_where_its_head_says(chain: Database) -> None:
    proof = await verify_chain(chain)
    assert (proof.links, proof.number, proof.first_break) == (10, 10, None)
    assert await fetch_head(chain) == (10, proof.digest.hex())
    assert (
        await verify_chain(chain, expected_head=(4, await digest_of(chain, 4)))
    ).first_break is None


async def digest_of(database: Database, number: int) -> str:
    found: bytes = await database.pool.fetchval(
        "select digest from access_log where number = $1", number
    )
    return found.hex()


async def test_columns_that_hide_a_link_from_its_owner_are_found(fresh_database: Database) -> None:
    await AuditLogWriter(fresh_database).write([entry(1), entry(2)])
    async with behind(fresh_database) as connection:
        await connection.execute("alter table access_log alter owner_id drop expression")
        await connection.execute("update access_log set owner_id = 'ministry:01' where number = 2")
    broken = (await verify_chain(fresh_database)).first_break
    assert broken is not None
    assert (broken.number, "columns" in broken.en) == (2, True)


async def test_a_chain_written_anew_whole_is_told_by_a_head_kept_outside(chain: Database) -> None:
    number, digest = await fetch_head(chain)
    async with behind(chain) as connection:
        await rehash(connection)
    assert (await verify_chain(chain)).first_break is None
    broken = (await verify_chain(chain, expected_head=(number, digest))).first_break
    assert broken is not None
    assert "written anew" in broken.en
    broken = (await verify_chain(chain, expected_head=(99, digest))).first_break
    assert broken is not None
    assert broken.number == 99


async def test_a_part_of_the_chain_is_proven_by_itself(chain: Database) -> None:
    times = [r["at"] for r in await chain.pool.fetch("select at from access_log order by number")]
    part = await verify_chain(chain, first=times[3], until=times[8])
    assert (part.links, part.number, part.first_break) == (5, 8, None)
    async with behind(chain) as connection:
        await forge(connection)
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
async def test_the_owner_of_the_tables_can_only_append(chain: Database, statement: str) -> None:
    part = await chain.pool.fetchval("select tableoid::regclass::text from access_log limit 1")
    with pytest.raises(asyncpg.RaiseError, match="only grows"):
        await chain.pool.execute(statement.replace("{part}", part))
    assert (await verify_chain(chain)).first_break is None


async def test_writers_of_several_nodes_make_one_chain(chain: Database, chain_dsn: str) -> None:
    async with open_database(chain_dsn, pool_size=4) as other:
        nodes = [AuditLogWriter(chain), AuditLogWriter(other), AuditLogWriter(chain)]

        async def one(number: int) -> None:
            await nodes[number % 3].write([entry(number), entry(number)])

        async def command(number: int) -> None:
            async with chain.write_transaction() as connection:
                await append_entries(connection, [entry(number)])

        await asyncio.gather(*(one(n) for n in range(200)), *(command(n) for n in range(20)))
    proof = await verify_chain(chain)
    assert (proof.links, proof.first_break) == (10 + 400 + 20, None)


@given(sizes=st.lists(st.integers(0, 5), max_size=6), broken=st.sets(st.integers(0, 5)))
@examples(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_however_transactions_end_no_number_is_missing(
    chain: Database, sizes: list[int], broken: set[int]
) -> None:
    before = (await verify_chain(chain)).links

    async def one(at: int, size: int) -> None:
        with suppress(InterruptedError):
            async with chain.write_transaction() as connection:
                await append_entries(connection, [entry(n) for n in range(size)])
                if at in broken:
                    raise InterruptedError

    await asyncio.gather(*(one(at, size) for at, size in enumerate(sizes)))
    proof = await verify_chain(chain)
    kept = sum(size for at, size in enumerate(sizes) if at not in broken)
    assert (proof.links - before, proof.first_break) == (kept, None)


async def test_the_months_ahead_are_made_and_a_clock_set_back_turns_nothing_round(
    chain: Database,
) -> None:
    async with chain.write_transaction() as connection:
        await create_partitions(connection)
        await create_partitions(connection)
    parts = "select count(*) from pg_inherits where inhparent = 'access_log'::regclass"
    assert await chain.pool.fetchval(parts) == 2
    async with behind(chain) as connection:
        await connection.execute("update access_head set at = now() + interval '70 days'")
    await AuditLogWriter(chain).write([entry(11)])
    assert await chain.pool.fetchval(parts) == 4
    assert (await verify_chain(chain)).first_break is None


async def test_what_cannot_be_logged_is_said_and_nothing_is_half_written(chain: Database) -> None:
    log = AuditLogWriter(chain)
    await chain.pool.execute("alter function append_access rename to append_access_away")
    try:
        with pytest.raises(NotReady, match="withheld"):
            await log.write([entry()])
    finally:
        await chain.pool.execute("alter function append_access_away rename to append_access")
    await log.write([entry()])
    assert (await verify_chain(chain)).links == 11


async def test_who_waits_too_long_for_the_log_is_sent_away_and_the_next_is_served(
    chain: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = AuditLogWriter(chain)
    monkeypatch.setattr("hub.store.identity.audit_log.APPEND_TIMEOUT", 0.2)
    async with chain.write_transaction() as held:
        await append_entries(held, [entry()])
        with pytest.raises(NotReady, match="withheld"):
            await log.write([entry()])
    monkeypatch.undo()
    await log.write([entry()])
    assert (await verify_chain(chain)).first_break is None


async def test_what_nobody_foresaw_leaves_nobody_waiting(
    chain: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("unforeseen")

    log = AuditLogWriter(chain)
    with monkeypatch.context() as patch:
        patch.setattr("hub.store.identity.audit_log.append_entries", broken)
        async with asyncio.timeout(20):
            told = await asyncio.gather(
                *(log.write([entry()]) for _ in range(3)), return_exceptions=True
            )
    assert [str(one) for one in told] == ["unforeseen"] * 3
    await log.write([entry()])
    assert (await verify_chain(chain)).links == 11


MILLION = 1_000_000


async def test_a_million_links_are_proven_in_one_pass_with_flat_memory(
    chain: Database, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    if request.config.getoption("--hypothesis-profile") != "long":
        pytest.skip("a minute or two; make check-long does it")
    texts = [entry(n).canonical_json for n in range(10_000)]
    for _ in range(MILLION // len(texts)):
        await chain.pool.execute("select append_access($1::text[])", texts, timeout=120)
    host = await chain.pool.fetchval("show unix_socket_directories")
    name = await chain.pool.fetchval("select current_database()")
    run = subprocess.run(
        [sys.executable, "-c", PROVE, f"postgresql://hub@/{name}?host={host}&port=5432"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    links, took, early, late = run.stdout.split()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{int(links):,} links: {took} s, {early} MB at first, {late} MB at last\n"
        )
    assert int(links) == MILLION + 10
    assert float(late) - float(early) < 8
    assert float(late) < 250


PROVE = """
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
