"""Local authorities have their own areas, which an operator declares."""

from dataclasses import replace

import pytest

from connectors.kit.files import create_file_pages
from connectors.registry import CONNECTORS_FOLDER, load_source_file
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.local_authorities import LocalAuthority
from hub.domain.sources.records import QuarantineReason
from hub.domain.sources.spec import SourceSpec
from hub.domain.text import LocalizedText
from hub.errors import Invalid
from hub.ingest.run import RunResult, SourceInput, ingest
from hub.services.sources.source_status import list_waiting_questions
from hub.store.database import Database
from tests.conftest import GraphQLApi

SAMPLE_FOLDER = CONNECTORS_FOLDER / "local_source_contract" / "sample"
TOWNS = load_source_file(SAMPLE_FOLDER / "beach_towns.toml")
MATRIX = """
{ matrix(input: {
    rows: { dimension: ACTOR_LEVEL } columns: { dimension: FISCAL_YEAR }
    filter: { areas: ["gid://hub/Area/20"] }
    fiscalYears: { from: { be: 2567 }, to: { be: 2568 } }
}) { rows { headers { key total { projectCount budget(phase: PLANNED) { amount } } } } } }
"""


async def run_ingest(
    database: Database, spec: SourceSpec = TOWNS.spec, *, dry: bool = False
) -> RunResult:
    path = SAMPLE_FOLDER / "records.jsonl"
    source_input = SourceInput(create_file_pages(path, spec), path.name, "sample")
    return await ingest(database, spec, TOWNS.read, source_input, dry=dry)


async def test_projects_of_a_local_authority_are_in_its_own_area(fresh_database: Database) -> None:
    result = await run_ingest(fresh_database)
    assert (result.ledger.count_of(Outcome.NEW), result.ledger.count_of(Outcome.QUARANTINED)) == (
        2,
        1,
    )
    rows = await fresh_database.pool.fetch(
        "select p.actor_level, p.owner_id, b.area_id, b.funding, sum(b.amount)::bigint as satang "
        "from project p join budget_line b on b.project_id = p.id where p.source_id = $1 "
        "group by 1, 2, 3, 4 order by 2",
        TOWNS.spec.id,
    )
    assert [tuple(row) for row in rows] == [
        ("LOCAL", "local:T-0001", "local:T-0001", "LOCAL", 59_999_975),
        ("LOCAL", "local:T-0002", "local:T-0002", "LOCAL", 8_000_000),
    ]


async def test_province_total_includes_its_local_authorities(
    fresh_database: Database, api: GraphQLApi
) -> None:
    await run_ingest(fresh_database)
    answer = await api(MATRIX, database=fresh_database)
    [local] = [
        one["total"] for one in answer["data"]["matrix"]["rows"]["headers"] if one["key"] == "LOCAL"
    ]
    assert local == {"projectCount": 2, "budget": {"amount": "380000.00"}}


async def test_authority_has_provenance_naming_its_source_file(fresh_database: Database) -> None:
    await run_ingest(fresh_database)
    reasons = await fresh_database.pool.fetch(
        "select subject, asserted, citation from provenance where source_id = $1 "
        "and citation like '%authorities%' order by subject",
        TOWNS.spec.id,
    )
    assert {row["asserted"] for row in reasons} == {"ASSUMED"}
    assert {row["subject"] for row in reasons} == {
        f"gid://hub/{kind}/local:T-000{n}" for kind in ("Area", "Agency") for n in (1, 2)
    }
    assert all(row["citation"].startswith("beach_towns.toml") for row in reasons)


async def test_records_of_an_undeclared_authority_are_quarantined(fresh_database: Database) -> None:
    first_only = TOWNS.spec.authorities[:1]
    result = await run_ingest(fresh_database, replace(TOWNS.spec, authorities=first_only))
    assert (result.ledger.count_of(Outcome.NEW), result.ledger.count_of(Outcome.QUARANTINED)) == (
        1,
        2,
    )
    questions = await list_waiting_questions(fresh_database)
    assert {one.written for one in questions if one.reason is QuarantineReason.UNKNOWN_NAME} == {
        "องค์การบริหารส่วนตำบลนาเกลือ"
    }


async def test_unknown_province_is_named_and_a_dry_run_stores_no_authority(
    fresh_database: Database,
) -> None:
    invalid = LocalAuthority("T-9", LocalizedText("เทศบาลไร้จังหวัด"), "99")
    with pytest.raises(Invalid, match=r"beach_towns\.toml authorities.*no province 99"):
        await run_ingest(fresh_database, replace(TOWNS.spec, authorities=(invalid,)))
    await run_ingest(fresh_database, dry=True)
    authority_count = "select count(*) from agency where id like 'local:%'"
    assert not await fresh_database.pool.fetchval(authority_count)
