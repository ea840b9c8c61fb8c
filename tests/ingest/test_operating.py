"""What an operator's commands may and may not do: a source's secret, and the mapping of a file."""

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from connectors.registry import connector, instance_of
from hub.errors import Invalid
from hub.operating import (
    ingest_arguments,
    ingest_source,
    input_of,
    keep_secret,
    review_arguments,
    review_rows,
)
from hub.settings import Settings
from tests.conftest import administer, copied, of_database
from tests.connectors import sheets
from tests.connectors.mappings import PLAN, written

SPEC = connector("govspending_budget").spec
ROWS: list[list[Any]] = [
    ["โครงการ", "งบ", ""], ["", 2566, 2567], ["ยุทธศาสตร์ ก"], ["งานใหม่", "๑,๐๐๐", ""],
]  # fmt: skip


def test_a_secret_is_not_sent_to_another_host_that_was_typed() -> None:
    with pytest.raises(Invalid, match="and not for elsewhere"):
        keep_secret(SPEC, "https://elsewhere.example/api")


@pytest.mark.parametrize("address", [SPEC.url, "http://127.0.0.1:9000/budget"])
def test_it_is_sent_to_its_own_host_and_to_this_machine(address: str) -> None:
    keep_secret(SPEC, address)


def test_a_mapped_source_is_read_from_a_file_and_not_from_an_address(tmp_path: Path) -> None:
    source = instance_of(written(tmp_path, PLAN))
    with pytest.raises(Invalid, match="fetch it first"):
        input_of(source, "https://elsewhere.example/a", Settings.read())


def quiet(_: str) -> None:
    """Say nothing."""


def told(add: Callable[[ArgumentParser], None], *words: str | Path) -> Namespace:
    """What a command is told, as its own parser reads it."""
    parser = ArgumentParser()
    add(parser)
    return parser.parse_args([*map(str, words)])


@pytest.fixture
async def settings(template: str, tmp_path: Path) -> AsyncIterator[Settings]:
    """A database, a data folder and a folder of sources of its own."""
    (tmp_path / "sources").mkdir()
    own = {"data_dir": tmp_path / "data", "sources_dir": tmp_path / "sources"}
    dsn = await copied(template, "operated")
    yield replace(Settings.read(), database_url=dsn, **own)  # type: ignore[arg-type]
    await administer(template, "drop database operated with (force)")


async def test_a_file_is_tried_by_its_mapping_then_taken_in_and_reviewed(
    settings: Settings, template: str, tmp_path: Path
) -> None:
    table = {**PLAN, "mapping": {**PLAN["mapping"], "constants": {"authority": "เมืองชายหาด"}}}
    plan = written(tmp_path, table, name="beach_plan")
    path = sheets.workbook(tmp_path / "plan.xlsx", ROWS, ["A1:A2", "B1:C1"])

    async def run(
        command: Callable[..., int], add: Callable[[ArgumentParser], None], *words: str | Path
    ) -> int:
        return await asyncio.to_thread(command, told(add, *words), settings, quiet)

    async def held() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(of_database(template, "operated"))
        found = await connection.fetch(
            "select p.name_th, b.amount, b.phase, b.area_id, r.origin from project p "
            "join budget_line b on b.project_id = p.id "
            "join source_run r on r.source_id = p.source_id"
        )
        await connection.close()
        return [tuple(one) for one in found]

    trial = ("local_plan_file", "--from", path, "--mapping", plan)
    assert await run(ingest_source, ingest_arguments, *trial, "--dry-run") == 0
    with pytest.raises(Invalid, match="move the file to HUB_SOURCES_DIR first"):
        await run(ingest_source, ingest_arguments, *trial)
    plan.rename(tmp_path / "sources" / plan.name)
    assert await run(ingest_source, ingest_arguments, "beach_plan", "--from", path) == 0
    assert await held() == []
    decision = ("--decide", "เมืองชายหาด", "--as", "local:T-0001")
    for kind in ("AGENCY", "AREA"):
        words = ("beach_plan", *decision, "--kind", kind)
        assert await run(review_rows, review_arguments, *words) == 0
    assert await held() == [("งานใหม่", 100_000, "PLANNED", "local:T-0001", "plan.xlsx")]


def test_a_wrong_mapping_is_told_by_its_key_and_a_missing_one_by_its_path(tmp_path: Path) -> None:
    plan = written(tmp_path, {**PLAN, "era": "AD"})
    words = ("local_plan_file", "--from", plan, "--mapping")
    with pytest.raises(Invalid, match=r"made_up\.toml era: ต้องเป็นหนึ่งใน BE, CE · must be one of BE"):
        ingest_source(told(ingest_arguments, *words, plan), Settings.read(), quiet)
    with pytest.raises(Invalid, match="there is no file nowhere"):
        ingest_source(told(ingest_arguments, *words, "nowhere"), Settings.read(), quiet)
    right = written(tmp_path, PLAN)
    other = told(ingest_arguments, "budget_act", *words[1:], right)
    with pytest.raises(Invalid, match="is for local_plan_file, not budget_act"):
        ingest_source(other, Settings.read(), quiet)
