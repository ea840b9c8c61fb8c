"""Whatever pages come, every record and every satang is in the ledger, and in one place only."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.budget import BudgetPhase
from hub.domain.sources.ledger import Ledger, Outcome
from hub.errors import SourceRefused
from hub.ingest.run import ingest
from hub.store.database import Database
from tests.ingest import made
from tests.ingest.made import SPEC, Row, read

rows = st.fixed_dictionaries(
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
# An empty page amid the list stops a run, which has a test of its own.
full = st.lists(rows, min_size=1, max_size=4)
pages = st.lists(full, min_size=1, max_size=4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(pages, st.randoms(use_true_random=False))
async def test_the_ledger_balances_over_dirty_pages_in_any_order(
    database: Database, dirty: Sequence[Sequence[Row]], chance: Any
) -> None:
    count = sum(len(page) for page in dirty)
    shuffled = [one for page in dirty for one in page]
    chance.shuffle(shuffled)
    ledgers: list[Ledger] = []
    for order in (dirty, [shuffled]):
        try:
            done = await ingest(database, SPEC, read, made.given(*order), dry=True)
        except SourceRefused:
            assert count == 0
            return
        assert done.ledger.read == count
        assert done.ledger.balanced
        ledgers.append(done.ledger)
    assert ledgers[0].counts == ledgers[1].counts
    assert ledgers[0].satang_read == ledgers[1].satang_read
    assert ledgers[0].stored_amounts == ledgers[1].stored_amounts


def test_a_ledger_that_lost_a_record_or_a_satang_does_not_balance() -> None:
    ten = {BudgetPhase.DISBURSED: 10}
    read_two = Ledger().with_records_read([ten, ten])
    assert not read_two.with_outcome(Outcome.NEW, ten).balanced
    whole = read_two.with_outcome(Outcome.NEW, ten).with_outcome(Outcome.DUPLICATE, ten)
    assert whole.balanced
    assert not whole.with_outcome(Outcome.NEW, {BudgetPhase.DISBURSED: 1}).balanced
    assert whole.with_outcome_changed(Outcome.NEW, Outcome.QUARANTINED, ten).balanced
    assert Ledger.load(whole.dump()).dump() == whole.dump()
