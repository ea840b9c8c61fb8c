"""Example questions on imported data: the samples of two connectors, ingested as an operator does.

If an answer changes intentionally, write it again: `make test ARGS="--write-answers"`.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from connectors.kit.files import create_file_pages
from connectors.registry import find_connector
from hub.domain.sources.records import NameKind
from hub.domain.sources.rulings import NameDecision, Ruling
from hub.domain.time import FiscalYear
from hub.ingest.run import SourceInput, ingest
from hub.services.sources.settle_quarantine import settle_quarantine
from hub.store.database import Database, open_database
from tests.conftest import GraphQLApi, copy_database, execute_admin_statement

QUESTIONS = sorted(Path(__file__).parent.glob("*.graphql"))
ACT_YEAR = FiscalYear(2022)
UNRESOLVED_NAME = "กลุ่มจังหวัดภาคตะวันออก"
TRAT_VARIABLES = {"trat": "gid://hub/Area/23"}


@pytest.fixture(scope="module")
async def ingested_database(template: str) -> AsyncIterator[Database]:
    """The reference data, the samples of two sources, and a ruling on an unresolved name."""
    async with open_database(await copy_database(template, "ingested"), pool_size=5) as database:
        for name in ("govspending_budget", "budget_act"):
            source_connector = find_connector(name)
            [path] = (source_connector.folder / "sample").glob("records.*")
            source_input = SourceInput(
                create_file_pages(path, source_connector.spec), path.name, "sample"
            )
            assert (
                await ingest(database, source_connector.spec, source_connector.read, source_input)
            ).ledger.balanced
        east = NameDecision(NameKind.AREA, UNRESOLVED_NAME, None, ACT_YEAR, ACT_YEAR, "C2560-08")
        settlement = await settle_quarantine(
            database, source_connector.spec, source_connector.read, Ruling(east), "somebody"
        )
        assert settlement.settled == settlement.read == 1
        yield database
    await execute_admin_statement(template, "drop database ingested with (force)")


def normalize_dates(found: Any) -> Any:
    """Return an answer in which `retrievedAt` is only present or absent."""
    if isinstance(found, list):
        return [normalize_dates(one) for one in found]
    if isinstance(found, dict):
        return {
            key: bool(one) if key == "retrievedAt" else normalize_dates(one)
            for key, one in found.items()
        }
    return found


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.stem)
async def test_answer_equals_the_stored_answer(
    api: GraphQLApi, ingested_database: Database, question: Path, request: pytest.FixtureRequest
) -> None:
    answer = await api(
        question.read_text(encoding="utf-8"), TRAT_VARIABLES, database=ingested_database
    )
    assert "errors" not in answer
    data, answer_file = normalize_dates(answer["data"]), question.with_suffix(".json")
    if request.config.getoption("--write-answers"):
        answer_file.write_text(
            json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    assert data == json.loads(answer_file.read_text(encoding="utf-8"))


LINES_QUERY = """
query ($trat: ID!, $all: Boolean!) {
  area(by: { id: $trat }) { projects(first: 1) @skip(if: $all) { nodes { ...money } } }
  projects(first: 100) @include(if: $all) { nodes { ...money } }
}
fragment money on Project { id budgets { provenance { record { payloadHash } } } }
"""


async def test_every_ingested_line_has_its_record_in_a_fixed_number_of_statements(
    api: GraphQLApi, ingested_database: Database
) -> None:
    await api(LINES_QUERY, {**TRAT_VARIABLES, "all": False}, database=ingested_database)
    statement_limit = api.statement_count
    answer = await api(LINES_QUERY, {**TRAT_VARIABLES, "all": True}, database=ingested_database)
    assert api.statement_count <= statement_limit
    hashes = {
        provenance["record"]["payloadHash"]
        for one in answer["data"]["projects"]["nodes"]
        for line in one["budgets"]
        for provenance in line["provenance"]
    }
    stored = "select count(distinct payload_hash) from source_record where scope is not null"
    assert len(hashes) == await ingested_database.pool.fetchval(stored) > 2


async def test_line_as_of_an_instant_has_its_record_of_then(
    api: GraphQLApi, fresh_database: Database, tmp_path: Path
) -> None:
    source_connector = find_connector("govspending_budget")
    [path] = (source_connector.folder / "sample").glob("records.*")
    first = path.read_text("utf-8").splitlines()[0]

    async def ingest_text(text: str) -> None:
        file = tmp_path / "records.jsonl"
        file.write_text(text + "\n", "utf-8")
        await ingest(
            fresh_database,
            source_connector.spec,
            source_connector.read,
            SourceInput(create_file_pages(file, source_connector.spec), text),
        )

    async def fetch_amounts_and_hashes(instant: str | None) -> tuple[set[str], set[str]]:
        query = (
            "query ($at: AsOf) { projects(first: 100, asOf: $at) { nodes { code budgets { "
            "amount { amount } provenance { record { payloadHash } } } } } }"
        )
        answer = await api(query, {"at": instant and {"instant": instant}}, database=fresh_database)
        lines = [
            line
            for one in answer["data"]["projects"]["nodes"]
            if one["code"]
            for line in one["budgets"]
        ]
        return (
            {line["amount"]["amount"] for line in lines},
            {
                provenance["record"]["payloadHash"]
                for line in lines
                for provenance in line["provenance"]
            },
        )

    await ingest_text(first)
    before = await fetch_amounts_and_hashes(None)
    then = await fresh_database.pool.fetchval("select clock_timestamp()")
    await ingest_text(first.replace("1000000", "900000").replace("3000000", "2900000"))
    assert await fetch_amounts_and_hashes(None) != before
    assert await fetch_amounts_and_hashes(then.isoformat()) == before
