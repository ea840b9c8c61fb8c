"""Tests the input of an ingest run: a source's secret is sent to its own host only."""

from pathlib import Path

import pytest

from connectors.registry import find_connector, load_source_file
from hub.cli.source_input import check_secret_host, resolve_input
from hub.errors import Invalid
from hub.settings import Settings
from tests.connectors.source_files import PLAN_FILE, write_source_file

SPEC = find_connector("govspending_budget").spec


def test_secret_is_not_sent_to_another_host() -> None:
    with pytest.raises(Invalid, match="not to elsewhere"):
        check_secret_host(SPEC, "https://elsewhere.example/api")


@pytest.mark.parametrize("address", [SPEC.url, "http://127.0.0.1:9000/budget"])
def test_secret_is_sent_to_its_own_host_and_to_localhost(address: str) -> None:
    check_secret_host(SPEC, address)


def test_mapped_source_is_read_from_a_file_only(tmp_path: Path) -> None:
    source = load_source_file(write_source_file(tmp_path, PLAN_FILE))
    with pytest.raises(Invalid, match="download it first"):
        resolve_input(source, "https://elsewhere.example/a", Settings.from_environment())


def test_secret_in_a_url_is_masked_in_the_origin() -> None:
    address = "http://127.0.0.1:9/list?year=2565&user_token=abcd"
    source_input = resolve_input(
        find_connector("govspending_budget"), address, Settings.from_environment()
    )
    assert source_input.origin == "http://127.0.0.1:9/list?year=2565&user_token=***"
