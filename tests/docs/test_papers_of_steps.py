"""How-tos that lead from one step to the next do what they say, from the first to the last."""

import json
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hub.settings import Settings
from tests.conftest import administer, copied
from tests.docs.papers import ADDRESS, ROOT, blocks, differs
from tests.thread import hub_in_thread

STEPS = {"get-a-token.md": 2, "review-what-waits.md": 6}
"""The papers, and how many answers each prints."""


@pytest.fixture
async def hub(template: str, tmp_path: Path) -> AsyncIterator[tuple[str, str, Path]]:
    """Where a hub answers, the database behind it, and its folder."""
    dsn = await copied(template, "steps")
    settings = Settings("127.0.0.1", 0, tmp_path, False, dsn, 4, public_url=ADDRESS)
    with hub_in_thread(settings) as address:
        yield address, dsn, tmp_path
    await administer(template, "drop database steps with (force)")


@pytest.mark.parametrize("paper", STEPS)
def test_the_commands_of_a_how_to_give_what_is_printed(
    hub: tuple[str, str, Path], paper: str
) -> None:
    address, dsn, folder = hub
    variables = {"HUB_DATABASE_URL": dsn, "HUB_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    told = os.environ | variables  # noqa: TID251 - a child's
    known: dict[str, str] = {}
    compared = 0
    steps = blocks(ROOT / "docs" / "howto" / paper)
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        if step.language != "sh":
            continue
        text = step.text.replace(ADDRESS, address)
        for name, value in known.items():
            text = text.replace(f"{name}=…", f"{name}={value}")
        done = subprocess.run(
            ["/bin/sh", "-ec", text],
            capture_output=True,
            text=True,
            env=told,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 0, (str(step), done.stderr)
        known |= found(done.stdout)
        if after is not None and after.language == "json":
            compared += 1
            printed = {k: v for k, v in json.loads(after.text).items() if v != "…"}
            came: dict[str, Any] = json.loads(done.stdout)
            assert differs({**printed, "…": "…"}, came) is None, came
        if after is not None and after.language == "text":
            compared += 1
            lines = done.stdout.splitlines()
            assert [line for line in after.text.splitlines() if line not in lines] == [], lines
    assert compared == STEPS[paper]


def found(output: str) -> dict[str, str]:
    """The secret and the token that a command printed."""
    for line in output.splitlines():
        if line.startswith("client_secret"):
            return {"SECRET": line.split()[1]}
    if output.startswith("{") and "access_token" in output:
        return {"TOKEN": json.loads(output)["access_token"]}
    return {}
