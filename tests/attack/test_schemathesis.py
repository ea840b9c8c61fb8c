"""Tests a running hub with schemathesis, which generates documents for each field of the schema.

The documents are valid; their values are any values that the types allow. Each response must
contain data, or one of the errors that are listed here with a reason; any other error fails the
test.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.generation.case import Case
from schemathesis.specs.graphql import nodes

from hub.settings import Settings
from hub.web.responses import GRAPHQL
from schema.contract import render_sdl
from tests.conftest import copy_database, execute_admin_statement
from tests.hub_thread import hub_in_thread
from tests.long_run import costly_examples

ALLOWED_ERRORS: Final = {
    "INVALID": "texts, numbers and ids of the right type that cannot be meant: most of what comes",
    "BAD_USER_INPUT": "a @oneOf input with a null or several keys, which the generator writes",
    "TOO_COSTLY": "documents of many fields, lists within lists",
    "UNAUTHENTICATED": "fields that need a permission: who asks here has no token",
}
"""Errors that a valid document may get. INTERNAL and validation errors are never allowed."""

schemathesis.graphql.scalar("Date", st.dates().map(lambda day: nodes.String(day.isoformat())))
schemathesis.graphql.scalar(
    "DateTime", st.datetimes().map(lambda at: nodes.String(f"{at.isoformat()}Z"))
)
schemathesis.graphql.scalar(
    "Decimal",
    st.decimals(allow_nan=False, allow_infinity=False).map(lambda sum_: nodes.String(str(sum_))),
)
CONTRACT: Final = schemathesis.graphql.from_file(render_sdl())
OPERATIONS: Final[dict[str, Any]] = {
    operation.ok().label: operation.ok()
    for operation in CONTRACT.get_all_operations()
    if isinstance(operation, Ok)
}


@pytest.fixture(scope="module")
async def target_url(template: str) -> AsyncIterator[str]:
    """Yield the URL of a hub that runs in a thread, over its own database."""
    dsn = await copy_database(template, "attacked")
    with hub_in_thread(Settings("127.0.0.1", 0, Path("unused"), False, dsn, 4, rate=0)) as address:
        yield f"{address}/graphql"
    await execute_admin_statement(template, "drop database attacked with (force)")


@pytest.mark.parametrize("label", OPERATIONS)
def test_generated_document_gets_data_or_an_allowed_error(label: str, target_url: str) -> None:
    strategy: st.SearchStrategy[Any] = OPERATIONS[label].as_strategy()

    @given(strategy)
    @settings(
        max_examples=costly_examples() // 5,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def check_response(case: Case[Any]) -> None:
        response = case.call(base_url=target_url, headers={"accept": GRAPHQL})
        body = response.json()
        codes = {error["extensions"]["code"] for error in body.get("errors", ())}
        assert response.status_code in {200, 400}, (case.body, body)
        assert codes <= set(ALLOWED_ERRORS), (case.body, body)
        assert ("data" in body) is (response.status_code == 200), (case.body, body)

    check_response()


def test_every_query_field_is_tested() -> None:
    assert len(OPERATIONS) >= 19
