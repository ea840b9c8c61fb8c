"""Total rows create no project and no budget line, and a ruling about one persists."""

from pathlib import Path
from typing import Any

from connectors.kit.files import compute_file_digest, create_file_pages
from connectors.registry import load_source_file
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import NameKind, QuarantineReason
from hub.domain.sources.rulings import NameDecision, Ruling
from hub.domain.time import FiscalYear
from hub.ingest.run import RunResult, SourceInput, ingest
from hub.services.sources import settle_quarantine
from hub.services.sources.source_status import list_waiting_questions
from hub.store.database import Database
from tests.connectors import workbooks
from tests.connectors.officer_files import (
    REGISTER,
    REGISTER_HEADER,
    build_register_row,
    with_mapping,
)
from tests.connectors.source_files import PLAN_FILE, write_source_file


async def test_accepted_wrong_total_creates_no_project_in_later_runs(
    tmp_path: Path, fresh_database: Database
) -> None:
    header_rows: list[list[Any]] = [["โครงการ", "งบ", ""], ["", 2566, 2567]]
    rows = [*header_rows, ["ยุทธศาสตร์ ก"], ["รวม", 7, ""]]
    path = workbooks.write_workbook(tmp_path / "plan.xlsx", rows, ["A1:A2", "B1:C1"])
    source = load_source_file(write_source_file(tmp_path, PLAN_FILE))

    async def run_ingest() -> RunResult:
        source_input = SourceInput(
            create_file_pages(path, source.spec), path.name, compute_file_digest(path)
        )
        return await ingest(fresh_database, source.spec, source.read, source_input)

    projects = await fresh_database.pool.fetchval("select count(*) from project")
    first = await run_ingest()
    assert first.ledger.count_of(Outcome.QUARANTINED) == 1
    [question] = await list_waiting_questions(fresh_database)
    assert question.reason is QuarantineReason.TOTALS_DISAGREE
    assert question.satang == {}
    ruling = Ruling(accept=tuple(question.rows))
    await settle_quarantine.settle_quarantine(
        fresh_database, source.spec, source.read, ruling, "ผู้ตรวจ"
    )
    assert (await run_ingest()).ledger.count_of(Outcome.UNCHANGED) == 1
    assert await list_waiting_questions(fresh_database) == []
    assert await fresh_database.pool.fetchval("select count(*) from project") == projects


async def test_possible_total_still_waits_when_its_name_is_decided(
    tmp_path: Path, fresh_database: Database
) -> None:
    doubtful = ["รวมกรมพลศึกษา", "กรมปริศนา", "", "", 1]
    rows = [REGISTER_HEADER, build_register_row("ก", baht=1), doubtful]
    path = workbooks.write_workbook(tmp_path / "a.xlsx", rows)
    table = with_mapping({**REGISTER, "format": "XLSX"}, fill_down=["fiscal_year"])
    source = load_source_file(
        write_source_file(tmp_path, table, lambda content: content.pop("encoding"))
    )
    source_input = SourceInput(
        create_file_pages(path, source.spec), path.name, compute_file_digest(path)
    )
    await ingest(fresh_database, source.spec, source.read, source_input)

    async def settle(ruling: Ruling) -> None:
        await settle_quarantine.settle_quarantine(
            fresh_database, source.spec, source.read, ruling, "ผู้ตรวจ"
        )

    year = FiscalYear(2023)
    await settle(
        Ruling(NameDecision(NameKind.AGENCY, "กรมปริศนา", None, year, year, "department:05003"))
    )
    [question] = await list_waiting_questions(fresh_database)
    assert question.reason is QuarantineReason.TOTALS_DISAGREE
    assert question.satang == {"APPROPRIATED": 100}
    await settle(Ruling(accept=tuple(question.rows)))
    assert await list_waiting_questions(fresh_database) == []
