"""Runs the commands of how-tos in order and compares each output with the printed one."""

import json
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hub.settings import Settings
from tests.conftest import copy_database, execute_admin_statement
from tests.docs.documents import PRINTED_ADDRESS, ROOT, find_difference, parse_blocks
from tests.hub_thread import hub_in_thread
from tests.long_run import long_after

STEP_COUNTS = {"get-a-token.md": 2, "review-what-waits.md": 8}
"""The how-tos, and the number of outputs that each prints."""


@pytest.fixture
async def running_hub(template: str, tmp_path: Path) -> AsyncIterator[tuple[str, str, Path]]:
    """Yield the address of a hub, the DSN of its database, and its data folder."""
    dsn = await copy_database(template, "steps")
    settings = Settings("127.0.0.1", 0, tmp_path, False, dsn, 4, public_url=PRINTED_ADDRESS)
    with hub_in_thread(settings) as address:
        yield address, dsn, tmp_path
    await execute_admin_statement(template, "drop database steps with (force)")


@pytest.mark.parametrize("document", long_after(1, STEP_COUNTS))
def test_commands_of_a_how_to_print_what_is_documented(
    running_hub: tuple[str, str, Path], document: str
) -> None:
    address, dsn, folder = running_hub
    variables = {"HUB_DATABASE_URL": dsn, "HUB_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    environment = os.environ | variables  # noqa: TID251 - for a child process
    variables_of_output: dict[str, str] = {}
    compared = 0
    steps = parse_blocks(ROOT / "docs" / "howto" / document)
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        if step.language != "sh":
            continue
        text = step.text.replace(PRINTED_ADDRESS, address)
        for name, value in variables_of_output.items():
            text = text.replace(f"{name}=…", f"{name}={value}")
        completed = subprocess.run(
            ["/bin/sh", "-ec", text],
            capture_output=True,
            text=True,
            env=environment,
            cwd=ROOT,
            check=False,
        )
        assert completed.returncode == 0, (str(step), completed.stderr)
        variables_of_output |= parse_credentials(completed.stdout)
        if after is not None and after.language == "json":
            compared += 1
            printed = {k: v for k, v in json.loads(after.text).items() if v != "…"}
            printed_json: dict[str, Any] = json.loads(completed.stdout)
            assert find_difference({**printed, "…": "…"}, printed_json) is None, printed_json
        if after is not None and after.language == "text":
            compared += 1
            lines = completed.stdout.splitlines()
            assert [line for line in after.text.splitlines() if line not in lines] == [], lines
    assert compared == STEP_COUNTS[document]


def parse_credentials(output: str) -> dict[str, str]:
    """Return the secret or the token from the output of a command, by variable name."""
    for line in output.splitlines():
        if line.startswith("client_secret"):
            return {"SECRET": line.split()[1]}
    if output.startswith("{") and "access_token" in output:
        return {"TOKEN": json.loads(output)["access_token"]}
    return {}
