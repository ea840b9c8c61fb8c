"""What an operator's command may and may not do with a source's secret."""

import pytest

from connectors.registry import connector
from hub.errors import Invalid
from hub.operating import keep_secret

SPEC = connector("govspending_budget").spec


def test_a_secret_is_not_sent_to_another_host_that_was_typed() -> None:
    with pytest.raises(Invalid, match="and not for elsewhere"):
        keep_secret(SPEC, "https://elsewhere.example/api")


@pytest.mark.parametrize("address", [SPEC.url, "http://127.0.0.1:9000/budget"])
def test_it_is_sent_to_its_own_host_and_to_this_machine(address: str) -> None:
    keep_secret(SPEC, address)
