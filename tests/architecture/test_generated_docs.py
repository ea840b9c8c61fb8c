"""The tables made from the code know every code there is."""

import re

from hub.web import errors, graphql
from tests.architecture.generated_docs import ADVICE, codes


def test_every_error_code_has_advice_and_no_advice_is_left_over() -> None:
    assert set(ADVICE) == codes()


def test_no_other_code_is_spelt_out_in_the_door() -> None:
    for module in (errors, graphql):
        with open(str(module.__file__), encoding="utf-8") as file:  # noqa: PTH123
            spelt = set(re.findall(r'"code": "([A-Z_]+)"', file.read()))
        assert spelt <= codes()
