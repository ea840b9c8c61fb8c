"""Columns of records are recognized if only the notation of their names differs."""

import pytest

from hub.domain.sources.columns import Columns

COLUMNS = Columns.from_names(frozenset({"ปี", "งบ  ๒๕๖๖"}), frozenset({"ชื่อ"}), frozenset())


@pytest.mark.parametrize("name", ["\ufeffปี", "ปี ", "\u200bปี", "ï»¿ปี", "๏ปฟปี", "\ufeff\ufeffปี"])
def test_column_with_invisible_characters_is_the_declared_one(name: str) -> None:
    assert COLUMNS.rename({name: 1, "งบ 2566": 2}) == {"ปี": 1, "งบ  ๒๕๖๖": 2}


def test_column_of_another_name_is_left_as_it_is() -> None:
    for record in ({"ปี": 1, "ปีงบ": 2}, {"ปี": 1, "\ufeffปี": 2}, {"\ufeffปี": 1, "ปี ": 2}):
        assert COLUMNS.rename(record) == record


def test_record_with_declared_columns_is_not_copied() -> None:
    record = {"ปี": 1, "ชื่อ": 2}
    assert COLUMNS.rename(record) is record
