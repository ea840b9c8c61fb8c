"""For any pages, the ledger counts every record and every satang exactly once."""

import itertools
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.budget import BudgetPhase
from hub.domain.sources.ledger import Ledger, Outcome
from hub.domain.sources.rulings import Ruling
from hub.domain.sources.spec import SourceSpec
from hub.errors import Invalid, NotFound, SourceRefused
from hub.ingest.run import ingest
from hub.services.sources.report import format_ledger
from hub.services.sources.settle_quarantine import revoke_recorded_ruling, settle_quarantine
from hub.services.sources.settle_rows import decide_name
from hub.services.sources.source_status import list_recorded_rulings
from hub.store.database import Database
from hub.store.ingest import quarantine
from tests.ingest import made_up_source
from tests.ingest.made_up_source import SPEC, Row, read
from tests.long_run import costly_examples

row_strategy = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["a", "b", "c", "", " d ", "e\x00", "\ud800", None]),
        "year": st.sampled_from(["2567", "๒๕๖๗", "67", 2024, "24.5", None, "99999"]),
        "name": st.sampled_from(["งาน", "งาน\u200b", "x" * 3_000, "", "\ue000"]),
        "area": st.sampled_from(["ตราด", "จังหวัดตราด", "ส่วนกลาง", "ตราดด", "", "กลุ่มจังหวัด"]),
        "amount": st.sampled_from(
            ["1,000", "๕๐.๒๕", "-", "", "-7", "1e400", "NaN", 10**400, "300,0", 0, "0.001", True]
        ),
    }
)
# No empty pages: one in mid-list stops the run, which another test covers.
page_strategy = st.lists(row_strategy, min_size=1, max_size=4)
pages_strategy = st.lists(page_strategy, min_size=1, max_size=4)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=costly_examples()
)
@given(pages_strategy, st.randoms(use_true_random=False))
async def test_ledger_balances_for_invalid_rows_in_any_order(
    database: Database, pages: Sequence[Sequence[Row]], chance: Any
) -> None:
    count = sum(len(page) for page in pages)
    shuffled = [one for page in pages for one in page]
    chance.shuffle(shuffled)
    ledgers: list[Ledger] = []
    for order in (pages, [shuffled]):
        try:
            result = await ingest(
                database, SPEC, read, made_up_source.build_input(*order), dry=True
            )
        except SourceRefused:
            assert count == 0
            return
        assert result.ledger.read == count
        assert result.ledger.balanced
        ledgers.append(result.ledger)
    assert ledgers[0].counts == ledgers[1].counts
    assert ledgers[0].satang_read == ledgers[1].satang_read
    assert ledgers[0].stored_amounts == ledgers[1].stored_amounts


def test_ledger_missing_a_record_or_a_satang_does_not_balance() -> None:
    ten_satang = {BudgetPhase.DISBURSED: 10}
    read_two = Ledger().with_records_read([ten_satang, ten_satang])
    assert not read_two.with_outcome(Outcome.NEW, ten_satang).balanced
    complete = read_two.with_outcome(Outcome.NEW, ten_satang).with_outcome(
        Outcome.DUPLICATE, ten_satang
    )
    assert complete.balanced
    assert not complete.with_outcome(Outcome.NEW, {BudgetPhase.DISBURSED: 1}).balanced
    assert complete.with_outcome_changed(Outcome.NEW, Outcome.QUARANTINED, ten_satang).balanced
    assert Ledger.load(complete.dump()).dump() == complete.dump()


# Readable amounts in satang; the others have none, and the row waits.
AMOUNTS = {
    "1,000": 100_000, "๕๐.๒๕": 5_025, "0": 0, "-7": -700, "300,0": 300_000,
    "33.3333333": None, "NaN": None, "1e400": None, "-": None,
}  # fmt: skip
simple_row_strategy = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["a", "b", "c", "d", "e"]),
        "year": st.just("2567"),
        "name": st.just("งาน"),
        "area": st.sampled_from(["ตราด", "ตราดด", "ระยองง"]),
        "amount": st.sampled_from(list(AMOUNTS)),
    }
)
ruling_strategy = st.sampled_from(["name", "accept", "refuse", "round", "revoke"])
source_numbers = itertools.count()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=costly_examples() // 2
)
@given(
    st.lists(st.lists(simple_row_strategy, min_size=1, max_size=6), min_size=2, max_size=3),
    st.lists(ruling_strategy, max_size=4),
)
async def test_ledger_balances_in_rows_and_satang_through_runs_and_rulings(
    fresh_database: Database, snapshots: Sequence[Sequence[Row]], rulings: Sequence[str]
) -> None:
    spec = replace(
        SPEC,
        id=f"made_up_{next(source_numbers)}",
        expect=replace(SPEC.expect, largest_drop=1.0),
    )
    for number, distinct_rows in enumerate(snapshots):
        rows = [*distinct_rows, distinct_rows[0]]  # the last is a duplicate of the first
        stored_before = await sum_stored(fresh_database, spec)
        waiting_before = await list_waiting(fresh_database, spec)
        source_input = made_up_source.build_input(rows, snapshot=str(number))
        ledger = (await ingest(fresh_database, spec, read, source_input)).ledger
        assert ledger.balanced, ledger.dump()
        readable = [AMOUNTS[row["amount"]] for row in rows]
        assert ledger.read == len(rows)
        assert ledger.read_without_amount == sum(one is None for one in readable)
        assert ledger.satang_read.get(BudgetPhase.APPROPRIATED, 0) == sum(filter(None, readable))
        assert ledger.satang_stored == ledger.stored_amounts
        vanished = sum(
            satang
            for key, satang in (*stored_before.items(), *waiting_before)
            if key not in {r["id"] for r in rows}
        )
        assert ledger.satang_vanished.get(BudgetPhase.APPROPRIATED, 0) == vanished
        for kind in rulings:
            await apply_some_ruling(fresh_database, spec, kind)


async def sum_stored(database: Database, spec: SourceSpec) -> dict[str, int]:
    """Return the satang of the stored records, by key."""
    rows = await database.pool.fetch(
        "select record.value, sum(line.amount)::bigint as satang from source_record record "
        "join budget_line line on line.record_id = record.id "
        "where record.source_id = $1 group by 1",
        spec.id,
    )
    return {row["value"]: row["satang"] for row in rows}


async def list_waiting(database: Database, spec: SourceSpec) -> list[tuple[str, int]]:
    """Return key and satang of waiting rows of records that are not stored.

    An amount finer than a satang is in no sum.
    """
    rows = await database.pool.fetch(
        "select source_key, coalesce((amounts ->> 'APPROPRIATED')::bigint, 0) as satang "
        "from quarantine where status = 'WAITING' and source_id = $1 "
        """and not doubts @> '[{"reason": "AMOUNT_TOO_FINE"}]' and not exists """
        "(select from source_record where source_id = $1 and value = source_key)",
        spec.id,
    )
    return [(row["source_key"], row["satang"]) for row in rows]


async def apply_some_ruling(database: Database, spec: SourceSpec, kind: str) -> None:
    """Apply a ruling of this kind if there is a row for it."""
    async with database.pool.acquire() as connection:
        waiting = await quarantine.list_rows(connection, spec.id)
    in_force = await list_recorded_rulings(database, spec.id, in_force=True)
    with suppress(Invalid, NotFound):
        if kind == "revoke" and in_force:
            await revoke_recorded_ruling(database, spec, read, in_force[0].id, "x", "wrong")
        elif kind == "name":
            name = "ตราดด" if len(in_force) % 2 else "ระยองง"
            target = "23" if len(in_force) % 3 else "21"
            await decide_name(database, spec, read, "x", name=name, target=target)
        elif waiting and kind in ("accept", "refuse", "round"):
            ids = (waiting[0].id,)
            ruling = {
                "accept": Ruling(accept=ids),
                "refuse": Ruling(refuse=ids),
                "round": Ruling(round=ids),
            }[kind]
            await settle_quarantine(database, spec, read, ruling, "x")


def test_ledger_shows_how_many_rows_have_no_readable_amount_and_what_vanished() -> None:
    baht = {BudgetPhase.DISBURSED: 1_234_550}
    ledger = (
        Ledger()
        .with_records_read([baht, {}, {}], 2)
        .with_outcomes([(Outcome.NEW, baht), (Outcome.QUARANTINED, {}), (Outcome.QUARANTINED, {})])
    )
    assert not ledger.balanced
    complete = ledger.with_outcomes_without_amount([Outcome.QUARANTINED] * 2).with_vanished(3, baht)
    assert complete.balanced
    assert [one.without_amount for one in complete.outcomes] == [0, 0, 0, 0, 2, 0]
    text = format_ledger(complete)
    assert "except for the money of 2 rows without a readable amount" in text
    assert re.search(r"vanished +12,345\.50", text)
    assert not complete.with_stored({}).balanced
    assert complete.with_stored(baht).balanced
    assert (
        Ledger.load(complete.with_stored(baht).dump()).dump() == complete.with_stored(baht).dump()
    )


def test_ledger_of_readable_rows_balances_without_exception() -> None:
    baht = {BudgetPhase.DISBURSED: 1}
    ledger = Ledger().with_records_read([baht]).with_outcomes([(Outcome.NEW, baht)])
    assert format_ledger(ledger).endswith("บัญชีลงตัว · the ledger balances")


def test_ledger_of_an_earlier_version_can_be_loaded() -> None:
    stored = Ledger().dump()
    stored = {name: stored[name] for name in ("read", "vanished", "counts", "satangRead", "satang")}
    del stored["counts"]["REFUSED"]
    assert Ledger.load(stored).balanced


async def test_money_of_deleted_and_vanished_records_is_shown(fresh_database: Database) -> None:
    rows = [made_up_source.build_row(number) for number in (1, 2, 3)]
    await ingest(fresh_database, SPEC, read, made_up_source.build_input(rows))
    deleted = made_up_source.build_input(rows[:1], complete=False, deleted_ids=["r1"], snapshot="d")
    ledger = (await ingest(fresh_database, SPEC, read, deleted)).ledger
    assert ledger.satang_vanished == {BudgetPhase.APPROPRIATED: 100_000}
    assert (ledger.satang_read, ledger.vanished, ledger.balanced) == ({}, 0, True)
    shorter = made_up_source.build_input(rows[1:2], snapshot="v")
    ledger = (await ingest(fresh_database, SPEC, read, shorter)).ledger
    assert (ledger.vanished, ledger.balanced) == (1, True)
    assert ledger.satang_vanished == {BudgetPhase.APPROPRIATED: 100_000}
