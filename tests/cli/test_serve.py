"""Tests the address that `hub serve` prints when it is ready."""

import pytest

from hub.cli.serve import local_address, print_addresses


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104 - the value of the setting
        ("::", "http://localhost:8000"),
        ("::1", "http://[::1]:8000"),
        ("hub.example", "http://hub.example:8000"),
    ],
)
def test_printed_address_opens_in_a_browser(
    host: str, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert local_address(host, 8000) == address
    print_addresses(address)
    assert f"{address}/query" in capsys.readouterr().out
