"""GraphQL arguments are validated and converted before resolvers receive them."""

from datetime import date

import pytest

from hub.domain.global_id import MAX_ID_LENGTH
from hub.errors import Invalid
from schema.arguments import MAX_TEXT_LENGTH, build_global_id_converter, map_argument, validate_date
from tests.conftest import GraphQLApi


@pytest.mark.parametrize("day", [date(1857, 4, 1), date(2010, 6, 1), date(2399, 12, 31)])
def test_common_era_date_is_unchanged(day: date) -> None:
    assert validate_date(day, "on") == day


@pytest.mark.parametrize(
    ("day", "hint"),
    [
        (date(2553, 6, 1), "ถ้าหมายถึง พ.ศ. 2553 ให้ส่ง 2010-06-01"),
        (date(2400, 1, 1), "ถ้าหมายถึง พ.ศ. 2400 ให้ส่ง 1857-01-01"),
        (date(2553, 12, 31), "subtract 543 and send 2010-12-31"),
        (date(9999, 12, 31), "not 9999-12-31"),
    ],
)
def test_buddhist_date_is_rejected_with_a_suggestion(day: date, hint: str) -> None:
    with pytest.raises(Invalid, match=hint) as error:
        validate_date(day, "areasOn")
    assert error.value.field == "areasOn"


def test_date_arguments_are_validated() -> None:
    for annotation in (date, date | None):
        assert map_argument(annotation)[1] is validate_date


async def test_buddhist_date_in_a_query_names_its_argument(api: GraphQLApi) -> None:
    query = '{ areas(first: 1, on: "2553-06-01") { nodes { code } } }'
    [error] = (await api(query))["errors"]
    assert error["extensions"]["code"] == "INVALID"
    assert error["extensions"]["field"] == "on"
    assert "2010-06-01" in error["extensions"]["th"]


def test_ids_may_be_longer_than_other_texts() -> None:
    long = f"gid://hub/Cell/{'k' * (MAX_TEXT_LENGTH + 1)}"
    assert build_global_id_converter("Cell")(long, "id").key
    with pytest.raises(Invalid, match="longer than"):
        build_global_id_converter("Cell")(long + "k" * MAX_ID_LENGTH, "id")
