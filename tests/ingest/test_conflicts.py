"""Keys with different values in one run: one question per key, with the values that differ."""

from decimal import Decimal
from typing import Any

import pytest

from hub.domain.sources.records import QuarantineReason
from hub.ingest.conflicts import build_conflict_doubt
from hub.ingest.run import ingest
from hub.services.sources.source_status import list_waiting_questions
from hub.store.database import Database
from tests.ingest.made_up_source import SPEC, Row, build_input, build_row, read
from tests.services.sources.ruled_source import run_ingest


@pytest.mark.parametrize(
    "pages",
    [
        [[build_row(1), build_row(2), build_row(1, "7"), build_row(2, "8"), build_row(3)]],
        [[build_row(1), build_row(2)], [build_row(3), build_row(1, "7"), build_row(2, "8")]],
        [[build_row(2, "8")], [build_row(1, "7"), build_row(3)], [build_row(2)], [build_row(1)]],
    ],
)
async def test_each_key_with_different_values_is_a_question_with_its_values(
    fresh_database: Database, pages: list[list[Row]]
) -> None:
    result = await ingest(fresh_database, SPEC, read, build_input(*pages))
    assert result.ledger.balanced
    questions = {one.written: one for one in await list_waiting_questions(fresh_database)}
    assert questions.keys() == {"r1", "r2"}
    for key, amounts in (("r1", ["1,000", "7"]), ("r2", ["1,000", "8"])):
        one = questions[key]
        assert (one.reason, one.row_count) == (QuarantineReason.CONFLICTING_VALUES, 2)
        assert one.en.endswith(f": amount {' or '.join(amounts)}")
        assert one.th.endswith(f": amount {' หรือ '.join(amounts)}")


async def test_third_value_on_a_later_page_joins_the_question_of_its_key(
    fresh_database: Database,
) -> None:
    pages = [[build_row(1, "5")], [build_row(1, "6")], [build_row(1, "7"), build_row(2)]]
    await ingest(fresh_database, SPEC, read, build_input(*pages))
    [question] = await list_waiting_questions(fresh_database)
    assert (question.written, question.row_count) == ("r1", 3)
    assert "amount 5 or 6 or 7" in question.en


async def test_same_record_twice_is_no_conflict(fresh_database: Database) -> None:
    await run_ingest(fresh_database, build_row(1), build_row(2), build_row(1))
    assert await list_waiting_questions(fresh_database) == []


@pytest.mark.parametrize(
    ("payloads", "text"),
    [
        ([{"a": 1, "b": 2}, {"a": 1, "b": 3}], ": b 2 or 3"),
        ([{"a": None}, {"a": "x"}], ": a x or –"),
        ([{"a": 1}, {"a": 1, "b": "new"}], ": b new or –"),
        ([{"a": Decimal("1.50")}, {"a": "1.5"}], ": a 1.5 or 1.50"),
        ([{"a": [1]}, {"a": [2]}, {"a": [1]}], ": a [1] or [2]"),
        ([{"ก": "\x00"}, {"ก": "y" * 99}], f": ก \\u0000 or {'y' * 60}…"),
        (
            [dict.fromkeys("abcdefg", 1), dict.fromkeys("abcdefg", 2)],
            ": a 1 or 2; b 1 or 2; c 1 or 2; d 1 or 2; e 1 or 2, and 2 more columns",
        ),
    ],
)
def test_text_of_a_conflict_has_what_differs_in_any_order(payloads: list[Any], text: str) -> None:
    doubt = build_conflict_doubt("k", payloads)
    assert doubt == build_conflict_doubt("k", reversed(payloads))
    assert doubt.en == f"the same key came with different values in one run{text}"
    assert doubt.written == "k"


def test_long_keys_with_a_common_start_are_different_questions() -> None:
    doubts = [build_conflict_doubt("x" * 500 + end, [{"a": 1}, {"a": 2}]) for end in "12"]
    assert doubts[0].written != doubts[1].written
