"""The outcome of a run depends on records, names and rulings alone: a run again changes nothing."""

from typing import Any

from connectors.kit.plain_table import read_day
from hub.domain.sources.ledger import Outcome
from hub.ingest.run import ingest
from hub.services.agencies.import_agencies import AgencyList, import_agencies
from hub.services.sources.source_status import list_waiting_questions
from hub.store.database import Database
from tests.ingest.made_up_source import SPEC, build_input, build_row, fetch_facts, read

HEADER = ("code", "name_th", "kind", "parent")
OWNER = "กองทุนสวนผลไม้"


async def import_fund(database: Database, code: str, parent: str) -> None:
    listed = AgencyList("funds.csv", HEADER, [(2, (code, OWNER, "FUND", parent))], read_day)
    await import_agencies(database, listed, "fruit", "somsri", are_new=True)


async def run(
    database: Database, **changes: str
) -> tuple[dict[Outcome, int], list[tuple[Any, ...]], int]:
    rows = [build_row(1, **{"owner": OWNER, **changes}), build_row(2)]
    result = await ingest(database, SPEC, read, build_input(rows))
    counts = {one: result.ledger.count_of(one) for one in Outcome if result.ledger.count_of(one)}
    assert result.ledger.balanced
    waiting = await list_waiting_questions(database)
    return counts, await fetch_facts(database), len(waiting)


async def test_name_that_becomes_ambiguous_waits_in_every_run(fresh_database: Database) -> None:
    other = ("r2", "งาน 2", [2024], 100_000, "23", 2024)
    counts, facts, questions = await run(fresh_database)
    assert (counts[Outcome.QUARANTINED], facts, questions) == (1, [other], 1)
    await import_fund(fresh_database, "1", "ministry:07")
    counts, facts, questions = await run(fresh_database)
    assert (counts[Outcome.NEW], len(facts), questions) == (1, 2, 0)
    await import_fund(fresh_database, "2", "ministry:15")
    again = [await run(fresh_database) for _ in range(3)]
    waiting = {Outcome.UNCHANGED: 1, Outcome.QUARANTINED: 1}
    assert again == [(waiting, [other], 1)] * 3


async def test_name_that_becomes_certain_again_is_stored_again(fresh_database: Database) -> None:
    await import_fund(fresh_database, "1", "ministry:07")
    await run(fresh_database)
    await import_fund(fresh_database, "2", "ministry:15")
    await run(fresh_database)
    await fresh_database.pool.execute(
        "update agency set valid_from = '0001-01-01', valid_to = '0001-01-02' where id = 'fruit:2'"
    )
    again = [await run(fresh_database) for _ in range(2)]
    assert [(counts, len(facts), questions) for counts, facts, questions in again] == [
        ({Outcome.NEW: 1, Outcome.UNCHANGED: 1}, 2, 0),
        ({Outcome.UNCHANGED: 2}, 2, 0),
    ]


async def test_version_that_was_replaced_is_restored_when_the_newer_one_is_in_doubt(
    fresh_database: Database,
) -> None:
    await import_fund(fresh_database, "1", "ministry:07")
    await run(fresh_database, owner="กระทรวงมหาดไทย", name="เดิม")
    await run(fresh_database, name="ใหม่")
    await import_fund(fresh_database, "2", "ministry:15")
    for _ in range(3):
        counts, facts, questions = await run(fresh_database, name="ใหม่")
        assert (counts[Outcome.QUARANTINED], questions) == (1, 1)
        assert [name for _, name, *_ in facts] == ["เดิม", "งาน 2"]


async def test_new_agency_of_another_name_changes_no_outcome(fresh_database: Database) -> None:
    await import_fund(fresh_database, "1", "ministry:07")
    await run(fresh_database)
    row = (2, ("9", "กองทุนสวนผลไม้ไทย", "FUND", "07"))
    listed = AgencyList("funds.csv", HEADER, [row], read_day)
    await import_agencies(fresh_database, listed, "fruit", "somsri")
    again = [await run(fresh_database) for _ in range(2)]
    assert [(counts, questions) for counts, _, questions in again] == [
        ({Outcome.UNCHANGED: 2}, 0)
    ] * 2
