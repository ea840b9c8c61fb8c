"""Questions over what sources told: the connectors' own samples, taken in as an operator would.

An answer that changes is a decision, as beside: `make test ARGS="--write-answers"`.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from connectors.kit.files import create_file_pages
from connectors.registry import find_connector
from hub.domain.sources.quarantine import NameDecision, Ruling
from hub.domain.sources.records import NameKind
from hub.domain.time import FiscalYear
from hub.ingest.run import SourceInput, ingest
from hub.services.sources.settle_quarantine import settle_quarantine
from hub.store.database import Database, open_database
from tests.conftest import Asking, administer, copied

QUESTIONS = sorted(Path(__file__).parent.glob("*.graphql"))
ACT = FiscalYear(2022)
LOST = "กลุ่มจังหวัดภาคตะวันออก"
TRAT = {"trat": "gid://hub/Area/23"}


@pytest.fixture(scope="module")
async def taken_in(template: str) -> AsyncIterator[Database]:
    """The reference data, the samples of two sources, and what a person says of a lost number."""
    async with open_database(await copied(template, "taken_in"), pool_size=5) as database:
        for name in ("govspending_budget", "budget_act"):
            asked = find_connector(name)
            [path] = (asked.folder / "sample").glob("records.*")
            given = SourceInput(create_file_pages(path, asked.spec), path.name, "sample")
            assert (await ingest(database, asked.spec, asked.read, given)).ledger.balanced
        east = NameDecision(NameKind.AREA, LOST, None, ACT, ACT, "C2560-08")
        done = await settle_quarantine(database, asked.spec, asked.read, Ruling(east), "somebody")
        assert done.settled == done.read == 1
        yield database
    await administer(template, "drop database taken_in with (force)")


def undated(found: Any) -> Any:
    """An answer without the moments at which this test read its records."""
    if isinstance(found, list):
        return [undated(one) for one in found]
    if isinstance(found, dict):
        return {
            key: bool(one) if key == "retrievedAt" else undated(one) for key, one in found.items()
        }
    return found


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.stem)
async def test_a_question_gets_the_answer_it_always_got(
    ask: Asking, taken_in: Database, question: Path, request: pytest.FixtureRequest
) -> None:
    answer = await ask(question.read_text(encoding="utf-8"), TRAT, database=taken_in)
    assert "errors" not in answer
    data, kept = undated(answer["data"]), question.with_suffix(".json")
    if request.config.getoption("--write-answers"):
        kept.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert data == json.loads(kept.read_text(encoding="utf-8"))


LINES = """
query ($trat: ID!, $all: Boolean!) {
  area(by: { id: $trat }) { projects(first: 1) @skip(if: $all) { nodes { ...money } } }
  projects(first: 100) @include(if: $all) { nodes { ...money } }
}
fragment money on Project { id budgets { provenance { record { payloadHash } } } }
"""


async def test_every_line_that_came_in_names_its_record_at_no_cost_per_line(
    ask: Asking, taken_in: Database
) -> None:
    await ask(LINES, {**TRAT, "all": False}, database=taken_in)
    few = ask.statements
    answer = await ask(LINES, {**TRAT, "all": True}, database=taken_in)
    assert ask.statements <= few
    hashes = {
        told["record"]["payloadHash"]
        for one in answer["data"]["projects"]["nodes"]
        for line in one["budgets"]
        for told in line["provenance"]
    }
    stored = "select count(distinct payload_hash) from source_record where scope is not null"
    assert len(hashes) == await taken_in.pool.fetchval(stored) > 2


async def test_a_line_as_of_an_instant_names_its_record_as_it_was_then(
    ask: Asking, fresh_database: Database, tmp_path: Path
) -> None:
    asked = find_connector("govspending_budget")
    [path] = (asked.folder / "sample").glob("records.*")
    first = path.read_text("utf-8").splitlines()[0]

    async def read(text: str) -> None:
        file = tmp_path / "records.jsonl"
        file.write_text(text + "\n", "utf-8")
        await ingest(
            fresh_database,
            asked.spec,
            asked.read,
            SourceInput(create_file_pages(file, asked.spec), text),
        )

    async def told(instant: str | None) -> tuple[set[str], set[str]]:
        query = (
            "query ($at: AsOf) { projects(first: 100, asOf: $at) { nodes { code budgets { "
            "amount { amount } provenance { record { payloadHash } } } } } }"
        )
        answer = await ask(query, {"at": instant and {"instant": instant}}, database=fresh_database)
        lines = [
            line
            for one in answer["data"]["projects"]["nodes"]
            if one["code"]
            for line in one["budgets"]
        ]
        return (
            {line["amount"]["amount"] for line in lines},
            {told["record"]["payloadHash"] for line in lines for told in line["provenance"]},
        )

    await read(first)
    before = await told(None)
    then = await fresh_database.pool.fetchval("select clock_timestamp()")
    await read(first.replace("1000000", "900000").replace("3000000", "2900000"))
    assert await told(None) != before
    assert await told(then.isoformat()) == before
