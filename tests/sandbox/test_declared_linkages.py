"""The sandbox's ministry declares linkages of FY 2566, and the hub proposes them."""

from datetime import date

from hub.domain.sources.ledger import Outcome
from hub.ingest.run import ingest
from hub.sandbox.agency import SandboxAgency
from hub.sandbox.declared import DECLARING_MINISTRY, DECLARING_YEAR
from hub.sandbox.fill import load_sandbox_sources
from hub.sandbox.fill_plans import fill_plans
from hub.sandbox.records import GeneratedRecords
from hub.store.database import Database
from tests.ingest.declaring_source import list_waiting
from tests.ingest.made_up_source import build_input

DATA = GeneratedRecords(480)


def test_only_projects_of_the_systems_ministry_and_year_declare_linkages() -> None:
    records = [DATA.project(number, "ministry") for number in range(DATA.count)]
    declaring = [one for one in records if "linkages" in one]
    assert declaring
    assert {one["fiscal_year_be"] for one in declaring} == {DECLARING_YEAR}
    assert {one["agency_code"] for one in declaring} == {DECLARING_MINISTRY}
    assert not any("linkages" in DATA.project(n, "local") for n in range(DATA.count))


async def test_hub_proposes_what_the_sandbox_declares(fresh_database: Database) -> None:
    await fill_plans(fresh_database, SandboxAgency(DATA), date(2023, 1, 15))
    records = [DATA.project(number, "ministry") for number in range(DATA.count)]
    ministry = load_sandbox_sources()["sandbox_ministry"]
    result = await ingest(fresh_database, ministry.spec, ministry.read, build_input(records))
    assert result.ledger.count_of(Outcome.NEW) == DATA.count
    assert await list_waiting(fresh_database) == []
    statuses = await fresh_database.pool.fetch(
        "select status, count(*) from linkage where declared_source_id = $1 group by 1",
        ministry.spec.id,
    )
    declared_count = sum("linkages" in one for one in records)
    assert [tuple(row) for row in statuses] == [("PROPOSED", declared_count)]
    stated = await fresh_database.pool.fetchval(
        "select count(*) from source_record where strategy_texts is not null and source_id = $1",
        ministry.spec.id,
    )
    assert stated == DATA.count


async def test_linkages_wait_until_the_plans_are_filled_in(fresh_database: Database) -> None:
    records = [DATA.project(number, "ministry") for number in range(DATA.count)]
    declared_count = sum("linkages" in one for one in records)
    ministry = load_sandbox_sources()["sandbox_ministry"]
    await ingest(fresh_database, ministry.spec, ministry.read, build_input(records))
    assert len(await list_waiting(fresh_database)) == declared_count
    await fill_plans(fresh_database, SandboxAgency(DATA), date(2023, 1, 15))
    await ingest(fresh_database, ministry.spec, ministry.read, build_input(records))
    assert await list_waiting(fresh_database) == []
    proposed = await fresh_database.pool.fetchval(
        "select count(*) from linkage where status = 'PROPOSED' and declared_source_id = $1",
        ministry.spec.id,
    )
    assert proposed == declared_count
