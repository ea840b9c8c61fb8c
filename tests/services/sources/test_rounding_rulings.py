"""Rows whose amounts are finer than a satang are accepted by rounding them, half up."""

from typing import Any

import pytest

from hub.domain.sources.ledger import Outcome
from hub.domain.sources.rulings import Ruling
from hub.errors import Invalid
from hub.services.sources.source_status import list_waiting_questions
from hub.store.database import Database
from tests.ingest.made_up_source import build_row, fetch_facts
from tests.services.sources.ruled_source import (
    fetch_row_ids,
    fetch_waiting_keys,
    revoke,
    rule,
    run_ingest,
)


@pytest.mark.parametrize(
    ("written", "satang"),
    [
        ("3,333,333.3333333335", 333_333_333),
        ("33.3333333", 3_333),
        ("๖๖.๖๖๖๖๖", 6_667),
        ("1,000.125", 100_013),
        ("0.005", 1),
    ],
)
async def test_amount_is_rounded_to_the_satang_half_up(
    fresh_database: Database, written: Any, satang: int
) -> None:
    await run_ingest(fresh_database, build_row(1, written))
    [question] = await list_waiting_questions(fresh_database)
    assert question.satang == {"APPROPRIATED": satang}
    assert "rounded to the satang it is" in question.en
    done = await rule(fresh_database, Ruling(round=tuple(question.rows)))
    assert (done.read, done.settled) == (1, 1)
    assert [one[3] for one in await fetch_facts(fresh_database)] == [satang]
    later = await run_ingest(fresh_database, build_row(1, written), snapshot="next")
    assert later.ledger.count_of(Outcome.UNCHANGED) == 1
    assert later.ledger.balanced
    await revoke(fresh_database, done.ruling_id)
    assert await fetch_facts(fresh_database) == []
    assert await fetch_waiting_keys(fresh_database) == ["r1"]


@pytest.mark.parametrize("written", ["0.001", "0.0049999"])
async def test_amount_that_would_become_zero_is_not_rounded(
    fresh_database: Database, written: str
) -> None:
    await run_ingest(fresh_database, build_row(1, written))
    with pytest.raises(Invalid, match="cannot be accepted"):
        await rule(fresh_database, Ruling(round=tuple(await fetch_row_ids(fresh_database))))
    assert await fetch_waiting_keys(fresh_database) == ["r1"]


@pytest.mark.parametrize("written", ["-5", "300,0", "NaN"])
async def test_row_without_such_an_amount_cannot_be_rounded(
    fresh_database: Database, written: str
) -> None:
    await run_ingest(fresh_database, build_row(1, written))
    with pytest.raises(Invalid, match="nothing to round"):
        await rule(fresh_database, Ruling(round=tuple(await fetch_row_ids(fresh_database))))


async def test_accepting_a_row_as_written_does_not_round_it(fresh_database: Database) -> None:
    await run_ingest(fresh_database, build_row(1, "33.3333333"))
    with pytest.raises(Invalid, match="cannot be accepted as written"):
        await rule(fresh_database, Ruling(accept=tuple(await fetch_row_ids(fresh_database))))
    assert await fetch_facts(fresh_database) == []
