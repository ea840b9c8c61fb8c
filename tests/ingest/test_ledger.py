"""For any pages, the ledger counts every record and every satang exactly once."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.budget import BudgetPhase
from hub.domain.sources.ledger import Ledger, Outcome
from hub.errors import SourceRefused
from hub.ingest.run import ingest
from hub.store.database import Database
from tests.ingest import made_up_source
from tests.ingest.made_up_source import SPEC, Row, read

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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
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
