"""Every benchmark module can be imported; the CPU time it measures never decreases."""

from importlib import import_module
from pathlib import Path

import asyncpg
import pytest

from hub.store.embedded.server import EmbeddedServer

BURN = "select count(*) from generate_series(1, 200000) as n where md5(n::text) > '8'"


@pytest.mark.parametrize(
    "name",
    ["growth", "ingest", "lists", "matrix", "benchmark", "million", "page_server", "rulings"],
)
def test_a_bench_can_be_imported(name: str) -> None:
    assert import_module(f"bench.{name}")


async def test_cpu_time_of_postgresql_includes_sessions_that_have_ended(
    server: EmbeddedServer,
) -> None:
    postgres_cpu_seconds = import_module("bench.benchmark").postgres_cpu_seconds
    first = postgres_cpu_seconds(server.data_dir)
    connection = await asyncpg.connect(server.dsn)
    await connection.fetchval(BURN)
    during = postgres_cpu_seconds(server.data_dir)
    await connection.close()
    assert first < during <= postgres_cpu_seconds(server.data_dir)


def test_cpu_time_is_read_again_when_a_process_ends_between_two_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    benchmark = import_module("bench.benchmark")
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg/postmaster.pid").write_text("1\n", "utf-8")
    running = {1: [0, 10, 0, 0, 0], 2: [1, 500, 0, 0, 0]}
    lost, reaped = {1: [0, 10, 0, 0, 0]}, {1: [0, 10, 0, 500, 0]}
    reads = iter([running, lost, reaped, reaped])
    monkeypatch.setattr(benchmark, "server_processes", lambda _: next(reads))
    assert benchmark.postgres_cpu_seconds(tmp_path) == 510 / benchmark.TICK
