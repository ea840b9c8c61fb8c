"""Imports of the complete public samples account for every record and every satang."""

import csv
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.kit.files import compute_file_digest, create_file_pages
from connectors.kit.oauth import TokenCache
from connectors.kit.paging import create_http_pages as http_pages
from connectors.registry import find_connector
from hub.domain.budget import BudgetPhase
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import NameKind, QuarantineReason
from hub.domain.sources.rulings import NameDecision, Ruling
from hub.domain.time import FiscalYear
from hub.ingest.run import RunResult, SourceInput, ingest
from hub.services.sources import settle_quarantine
from hub.services.sources.source_status import list_waiting_questions
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.ingest.made_up_source import find_sample

MATRIX = """
query ($phase: BudgetPhase!) {
  matrix(input: {
    rows: { dimension: AREA }
    columns: { dimension: FISCAL_YEAR }
    fiscalYears: { from: { be: 2559 }, to: { be: 2562 } }
  }) {
    rows { headers { kind total { budget(phase: $phase) { amount } } } }
    total { budget(phase: $phase) { amount } sumOfCells(phase: $phase) { amount } }
  }
}
"""
ACT_YEAR = FiscalYear(2022)
DECISIONS = {
    ("จังหวัดสิงค์บุรี", 1): "17",
    ("จังหวัดสุราษฎ์ธานี", 1): "84",
    ("กลุ่มจังหวัดภาคกลางตอนล่าง", 1): "C2560-03",
    ("กลุ่มจังหวัดภาคกลางตอนล่าง", 2): "C2560-04",
    ("กลุ่มจังหวัดภาคตะวันออก", 1): "C2560-08",
    ("กลุ่มจังหวัดภาคตะวันออก", 2): "C2560-09",
}


async def ingest_sample(database: Database, source: str, name: str, step: int) -> RunResult:
    connector, path = find_connector(source), find_sample(name)
    source_input = SourceInput(
        create_file_pages(path, connector.spec, step), path.name, compute_file_digest(path)
    )
    return await ingest(database, connector.spec, connector.read, source_input)


class Service(BaseHTTPRequestHandler):
    """The budget service: 20 records from an offset, for requests with a valid token."""

    records: ClassVar[list[bytes]] = []

    def do_GET(self) -> None:
        parameters = parse_qs(urlsplit(self.path).query)
        offset = int(parameters.get("offset", ["0"])[0])
        body = b'{"result": [' + b",".join(self.records[offset : offset + 20]) + b"]}"
        self.send_response(200 if parameters.get("user_token") == ["play-token"] else 401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Write no log."""


@pytest.fixture
def service() -> Iterator[str]:
    """The URL of the running service."""
    Service.records = find_sample("govspending/bbgfproject.ndjson").read_bytes().splitlines()
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api/bbgfproject"
        server.shutdown()
        thread.join()


async def test_http_read_yields_the_same_ledger_and_stores_no_token(
    service: str, fresh_database: Database
) -> None:
    connector = find_connector("govspending_budget")
    pages = http_pages(replace(connector.spec, url=service), lambda _: "play-token", TokenCache())
    result = await ingest(
        fresh_database, connector.spec, connector.read, SourceInput(pages, service)
    )
    counts = {
        outcome: result.ledger.count_of(outcome)
        for outcome in Outcome
        if result.ledger.count_of(outcome)
    }
    assert counts == {Outcome.NEW: 490, Outcome.DUPLICATE: 12}
    assert result.ledger.balanced
    assert result.ledger.stored_amounts[BudgetPhase.DISBURSED] == 2_898_739_843_067
    count = fresh_database.pool.fetchval
    assert (
        await count("select count(*) from source_record where scheme = 'govspending_budget'") == 490
    )
    assert not await count("select count(*) from source_record where url like '%play-token%'")


async def test_all_502_records_become_490_projects_exact_to_the_satang(
    api: GraphQLApi, fresh_database: Database
) -> None:
    first = await ingest_sample(
        fresh_database, "govspending_budget", "govspending/bbgfproject.ndjson", 20
    )
    ledger = first.ledger
    assert (ledger.read, ledger.count_of(Outcome.NEW), ledger.count_of(Outcome.DUPLICATE)) == (
        502,
        490,
        12,
    )
    assert ledger.balanced
    assert ledger.stored_amounts == {
        BudgetPhase.APPROPRIATED: 5_704_200_290_000,
        BudgetPhase.DISBURSED: 2_898_739_843_067,
    }
    sums = "select phase, sum(amount) from budget_line group by 1"
    assert dict(await fresh_database.pool.fetch(sums)) == {
        "APPROPRIATED": 5_704_200_290_000,
        "DISBURSED": 2_898_739_843_067,
    }
    second = await ingest_sample(
        fresh_database, "govspending_budget", "govspending/bbgfproject.ndjson", 50
    )
    assert (second.ledger.count_of(Outcome.NEW), second.ledger.count_of(Outcome.CHANGED)) == (0, 0)
    assert second.ledger.count_of(Outcome.UNCHANGED) == 490
    for table in ("project", "budget_line", "source_record", "provenance"):
        assert not await fresh_database.pool.fetchval(f"select count(*) from history.{table}")  # noqa: S608

    for phase, expected in (("APPROPRIATED", "57042002900.00"), ("DISBURSED", "28987398430.67")):
        answer = await api(MATRIX, {"phase": phase}, database=fresh_database)
        matrix = answer["data"]["matrix"]
        assert Decimal(matrix["total"]["budget"]["amount"]) == Decimal(expected)
        rows = [one["total"]["budget"] for one in matrix["rows"]["headers"]]
        assert sum(Decimal(one["amount"]) for one in rows if one) == Decimal(expected)
        assert matrix["total"]["sumOfCells"] == matrix["total"]["budget"]
        if phase == "DISBURSED":
            [unassigned] = [one for one in matrix["rows"]["headers"] if one["kind"] == "UNASSIGNED"]
            assert Decimal(unassigned["total"]["budget"]["amount"]) == Decimal("22074255165.52")


async def test_each_of_910_rows_is_stored_or_quarantined_and_settled_by_review(
    fresh_database: Database,
) -> None:
    name = "budget_act/2022-3-13-1.csv"
    with find_sample(name).open(encoding="utf-8-sig", newline="") as file:
        expected_satang = sum(
            int(row["AMOUNT"].replace(",", "")) * 100 for row in csv.DictReader(file)
        )
    first = await ingest_sample(fresh_database, "budget_act", name, 97)
    assert first.ledger.read == 910
    assert first.ledger.balanced
    assert first.ledger.count_of(Outcome.NEW) + first.ledger.count_of(Outcome.QUARANTINED) == 910
    stored = first.ledger.stored_amounts[BudgetPhase.APPROPRIATED]
    quarantined = first.ledger.satang[Outcome.QUARANTINED][BudgetPhase.APPROPRIATED]
    assert stored + quarantined == expected_satang == 841_381_622_300

    connector = find_connector("budget_act")
    questions = await list_waiting_questions(fresh_database, "budget_act")
    names = {(one.written, one.block): one for one in questions if one.kind is NameKind.AREA}
    assert len(names) == len(DECISIONS)
    assert Counter(len(one.rows) for one in names.values()) == Counter([14, 15, 14, 13, 11, 10])
    similar = next(one for one in questions if one.written == "จังหวัดสิงค์บุรี")
    assert [one.target for one in similar.proposals] == ["17"]
    ambiguous = [one for one in questions if one.reason is QuarantineReason.AMBIGUOUS_NAME]
    proposed = [[proposal.target for proposal in one.proposals] for one in ambiguous]
    assert ["C2560-03", "C2560-04"] in proposed
    for (written, block), target in DECISIONS.items():
        [question_key] = [
            (name, in_block)
            for name, in_block in names
            if name == written and (in_block is None or in_block.endswith(f"#{block}"))
        ]
        decision = NameDecision(NameKind.AREA, written, question_key[1], ACT_YEAR, ACT_YEAR, target)
        settlement = await settle_quarantine.settle_quarantine(
            fresh_database, connector.spec, connector.read, Ruling(decision), "somebody"
        )
        assert settlement.settled == settlement.read
    [remaining] = await list_waiting_questions(fresh_database, "budget_act")
    assert (remaining.reason, remaining.written) == (QuarantineReason.MISPLACED_SEPARATOR, "300,0")
    as_written = Ruling(accept=tuple(remaining.rows))
    await settle_quarantine.settle_quarantine(
        fresh_database, connector.spec, connector.read, as_written, "somebody"
    )
    assert await list_waiting_questions(fresh_database) == []
    assert (
        await fresh_database.pool.fetchval("select sum(amount) from budget_line") == expected_satang
    )

    async def fetch_rows() -> list[Any]:
        return [
            *await fresh_database.pool.fetch("select * from budget_line order by id"),
            *await fresh_database.pool.fetch("select * from project order by id"),
        ]

    before = await fetch_rows()
    second = await ingest_sample(fresh_database, "budget_act", name, 500)
    assert second.ledger.count_of(Outcome.UNCHANGED) == 910
    assert await fetch_rows() == before
    assert await list_waiting_questions(fresh_database) == []


async def test_import_of_another_volume_does_not_change_the_first(fresh_database: Database) -> None:
    await ingest_sample(fresh_database, "budget_act", "budget_act/2022-3-13-1.csv", 500)
    other = await ingest_sample(fresh_database, "budget_act", "budget_act/2022-3-17.csv", 500)
    assert (other.ledger.read, other.ledger.vanished, other.ledger.balanced) == (243, 0, True)
    count = "select count(*) from source_record where scope = '2022.3.13(1)'"
    assert await fresh_database.pool.fetchval(count) == 832
