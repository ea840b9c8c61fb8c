"""The ledger counts rows that people refused, rows that leave while they wait, and fine amounts."""

import pytest

from hub.domain.budget import BudgetPhase
from hub.domain.sources.ledger import Ledger, Outcome
from hub.domain.sources.rulings import Ruling
from hub.services.sources.report import format_ledger
from hub.store.database import Database
from tests.ingest.made_up_source import build_row, fetch_facts
from tests.services.sources.ruled_source import (
    fetch_row_ids,
    fetch_waiting_keys,
    revoke,
    rule,
    run_ingest,
)

APPROPRIATED = BudgetPhase.APPROPRIATED


async def test_refused_rows_are_an_outcome_of_their_own_with_who_refused_them(
    fresh_database: Database,
) -> None:
    rows = [build_row(1, "-5"), build_row(2, "-7"), build_row(3, "-9"), build_row(4)]
    first = await run_ingest(fresh_database, *rows)
    assert first.ledger.count_of(Outcome.QUARANTINED) == 3
    ids = await fetch_row_ids(fresh_database)
    await rule(fresh_database, Ruling(refuse=(ids[0],)), "somsri")
    await rule(fresh_database, Ruling(refuse=(ids[1],)), "wichai")
    ledger = (await run_ingest(fresh_database, *rows, snapshot="next")).ledger
    assert (ledger.count_of(Outcome.REFUSED), ledger.count_of(Outcome.QUARANTINED)) == (2, 1)
    assert ledger.refused_by == {"somsri": 1, "wichai": 1}
    assert ledger.satang[Outcome.REFUSED] == {APPROPRIATED: -1_200}
    assert ledger.satang[Outcome.QUARANTINED] == {APPROPRIATED: -900}
    assert ledger.balanced
    assert Ledger.load(ledger.dump()).dump() == ledger.dump()
    report = format_ledger(ledger)
    assert "โดย · by somsri" in report
    assert "ไม่รับ · refused" in report
    assert await fetch_waiting_keys(fresh_database) == ["r3"]


async def test_version_refused_because_another_was_accepted_is_refused_by_that_person(
    fresh_database: Database,
) -> None:
    rows = [build_row(1, "5"), build_row(1, "7"), build_row(2)]
    await run_ingest(fresh_database, *rows)
    first, _ = await fetch_row_ids(fresh_database)
    await rule(fresh_database, Ruling(accept=(first,)))
    ledger = (await run_ingest(fresh_database, *rows, snapshot="next")).ledger
    assert (ledger.count_of(Outcome.REFUSED), ledger.refused_by) == (1, {"somsri": 1})
    assert (ledger.count_of(Outcome.UNCHANGED), ledger.count_of(Outcome.QUARANTINED)) == (2, 0)
    assert ledger.balanced


async def test_row_that_the_source_corrected_after_a_refusal_is_not_refused(
    fresh_database: Database,
) -> None:
    await run_ingest(fresh_database, build_row(1, "-5"), build_row(2))
    await rule(fresh_database, Ruling(refuse=tuple(await fetch_row_ids(fresh_database))))
    ledger = (
        await run_ingest(fresh_database, build_row(1, "5"), build_row(2), snapshot="n")
    ).ledger
    assert (ledger.count_of(Outcome.REFUSED), ledger.count_of(Outcome.NEW)) == (0, 1)


async def test_refused_row_that_was_read_again_waits_after_the_ruling_is_revoked(
    fresh_database: Database,
) -> None:
    rows = [build_row(1, "-5"), build_row(2)]
    await run_ingest(fresh_database, *rows)
    done = await rule(fresh_database, Ruling(refuse=tuple(await fetch_row_ids(fresh_database))))
    await run_ingest(fresh_database, *rows, snapshot="next")
    await revoke(fresh_database, done.ruling_id)
    assert await fetch_waiting_keys(fresh_database) == ["r1"]
    ledger = (await run_ingest(fresh_database, *rows, snapshot="later")).ledger
    assert (ledger.count_of(Outcome.REFUSED), ledger.count_of(Outcome.QUARANTINED)) == (0, 1)


@pytest.mark.parametrize(
    ("amount", "satang", "without_amount"),
    [("-5", -500, 0), ("300,0", 300_000, 0), ("x", 0, 1), ("0.001", 0, 1)],
)
async def test_waiting_row_that_leaves_the_file_has_vanished_with_its_money(
    fresh_database: Database, amount: str, satang: int, without_amount: int
) -> None:
    rows = [build_row(2), build_row(3)]
    await run_ingest(fresh_database, build_row(1, amount, area="ตราดด"), *rows)
    ledger = (await run_ingest(fresh_database, *rows, snapshot="next")).ledger
    assert (ledger.vanished, ledger.vanished_waiting) == (1, 1)
    assert ledger.satang_vanished == ({APPROPRIATED: satang} if satang else {})
    assert ledger.vanished_without_amount == without_amount
    assert ledger.balanced
    assert await fetch_waiting_keys(fresh_database) == []
    assert "ที่รอตรวจอยู่ · had waited" in format_ledger(ledger)
    later = (await run_ingest(fresh_database, *rows, snapshot="later")).ledger
    assert (later.vanished, later.satang_vanished) == (0, {})


async def test_record_that_vanishes_while_its_change_waits_is_counted_once_as_stored(
    fresh_database: Database,
) -> None:
    rows = [build_row(2), build_row(3)]
    await run_ingest(fresh_database, build_row(1), *rows)
    await run_ingest(fresh_database, build_row(1, "-5"), *rows, snapshot="b")
    ledger = (await run_ingest(fresh_database, *rows, snapshot="c")).ledger
    assert (ledger.vanished, ledger.vanished_waiting) == (1, 0)
    assert ledger.satang_vanished == {APPROPRIATED: 100_000}


@pytest.mark.parametrize("amount", ["5", "-6", "ก"])
async def test_waiting_row_that_is_still_in_the_file_has_not_vanished(
    fresh_database: Database, amount: str
) -> None:
    await run_ingest(fresh_database, build_row(1, "-5"), build_row(2))
    ledger = (
        await run_ingest(fresh_database, build_row(1, amount), build_row(2), snapshot="n")
    ).ledger
    assert (ledger.vanished, ledger.satang_vanished) == (0, {})


async def test_amount_finer_than_a_satang_is_counted_as_such_until_it_is_rounded(
    fresh_database: Database,
) -> None:
    rows = [build_row(1, "33.3333333"), build_row(2, "x"), build_row(3)]
    ledger = (await run_ingest(fresh_database, *rows)).ledger
    assert (ledger.read_without_amount, ledger.finer_than_satang) == (2, 1)
    assert ledger.satang_read == {APPROPRIATED: 100_000}
    assert ledger.balanced
    assert "ละเอียดกว่าสตางค์ · finer than a satang" in format_ledger(ledger)
    first, _ = await fetch_row_ids(fresh_database)
    await rule(fresh_database, Ruling(round=(first,)))
    later = (await run_ingest(fresh_database, *rows, snapshot="next")).ledger
    assert (later.read_without_amount, later.finer_than_satang) == (1, 0)
    assert later.satang_read == {APPROPRIATED: 103_333}
    assert len(await fetch_facts(fresh_database)) == 2
