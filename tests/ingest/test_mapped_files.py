"""Rows of sums through the whole way in: no project, no money, and a person's word that holds."""

from pathlib import Path
from typing import Any

from connectors.kit.files import pages_of, snapshot
from connectors.registry import instance_of
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.quarantine import Ruling
from hub.domain.sources.records import QuarantineReason
from hub.ingest.run import Input, Result, ingest
from hub.services.sources import settle_quarantine
from hub.services.sources.source_status import waiting
from hub.store.database import Database
from tests.connectors import sheets
from tests.connectors.mappings import PLAN, written


async def test_a_sum_that_disagrees_is_accepted_as_no_project_and_stays_so(
    tmp_path: Path, fresh_database: Database
) -> None:
    head: list[list[Any]] = [["โครงการ", "งบ", ""], ["", 2566, 2567]]
    rows = [*head, ["ยุทธศาสตร์ ก"], ["รวม", 7, ""]]
    path = sheets.workbook(tmp_path / "plan.xlsx", rows, ["A1:A2", "B1:C1"])
    source = instance_of(written(tmp_path, PLAN))

    async def take() -> Result:
        given = Input(pages_of(path, source.spec), path.name, snapshot(path))
        return await ingest(fresh_database, source.spec, source.read, given)

    projects = await fresh_database.pool.fetchval("select count(*) from project")
    first = await take()
    assert first.ledger.count_of(Outcome.QUARANTINED) == 1
    [asked] = await waiting(fresh_database)
    assert asked.reason is QuarantineReason.TOTALS_DISAGREE
    assert asked.satang == {}
    ruling = Ruling(accept=tuple(asked.rows))
    await settle_quarantine.settle(fresh_database, source.spec, source.read, ruling, "ผู้ตรวจ")
    assert (await take()).ledger.count_of(Outcome.UNCHANGED) == 1
    assert await waiting(fresh_database) == []
    assert await fresh_database.pool.fetchval("select count(*) from project") == projects
