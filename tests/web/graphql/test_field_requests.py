"""Requests of older clients as they were reported, if the reports are beside the checkout."""

import shutil
import subprocess
from pathlib import Path

import pytest

from hub.settings import Settings
from tests.conftest import copy_database, execute_admin_statement
from tests.hub_thread import hub_in_thread

SCRIPT = Path(__file__).parents[4] / "shared/field/files/graphql-get-empty.sh"


@pytest.mark.skipif(
    not SCRIPT.exists(), reason=f"no reported requests: put their folder at {SCRIPT.parents[1]}"
)
@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl: apt-get install curl")
async def test_reported_get_requests_with_empty_parameters_are_answered(template: str) -> None:
    dsn = await copy_database(template, "field")
    settings = Settings("127.0.0.1", 0, Path("unused"), False, dsn, 2)
    with hub_in_thread(settings) as address:
        done = subprocess.run(
            ["sh", SCRIPT, address], capture_output=True, text=True, check=False, timeout=60
        )
    assert (done.returncode, done.stdout.count("ok ")) == (0, 2), done.stdout
    await execute_admin_statement(template, "drop database field with (force)")
