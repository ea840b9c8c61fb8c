"""Tests that the generated tables of the docs contain every error code."""

import re

from hub.web import errors
from hub.web.graphql import endpoint
from tests.architecture.generated_docs import ADVICE, list_codes


def test_advice_covers_exactly_the_error_codes() -> None:
    assert set(ADVICE) == list_codes()


def test_error_and_graphql_modules_contain_no_other_code() -> None:
    for module in (errors, endpoint):
        with open(str(module.__file__), encoding="utf-8") as file:  # noqa: PTH123
            literal_codes = set(re.findall(r'"code": "([A-Z_]+)"', file.read()))
        assert literal_codes <= list_codes()
