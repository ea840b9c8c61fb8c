"""The how-to on tokens does what it says, from the first command to the last."""

import json
import os
import subprocess
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from hub.app import Hub, create_app
from hub.settings import Settings
from tests.conftest import administer, copied
from tests.docs.papers import ADDRESS, ROOT, blocks, differs

PAPER = ROOT / "docs" / "howto" / "get-a-token.md"


@pytest.fixture
async def hub(template: str, tmp_path: Path) -> AsyncIterator[tuple[str, str, Path]]:
    """Where a hub answers, the database behind it, and its folder."""
    dsn, ready = await copied(template, "tokens"), threading.Event()
    hub = Hub(Settings("127.0.0.1", 0, tmp_path, False, dsn, 4, public_url=ADDRESS), lambda _: None)
    hub.on_ready = ready.set
    app = create_app(hub.settings, hub.say, hub)
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    assert ready.wait(60)
    yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}", dsn, tmp_path
    running.should_exit = True
    thread.join(30)
    await administer(template, "drop database tokens with (force)")


def test_the_commands_of_the_how_to_give_what_is_printed(hub: tuple[str, str, Path]) -> None:
    address, dsn, folder = hub
    variables = {"HUB_DATABASE_URL": dsn, "HUB_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    told = os.environ | variables  # noqa: TID251 - a child's
    known: dict[str, str] = {}
    asked = 0
    steps = blocks(PAPER)
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
            asked += 1
            printed = {k: v for k, v in json.loads(after.text).items() if v != "…"}
            came: dict[str, Any] = json.loads(done.stdout)
            assert differs({**printed, "…": "…"}, came) is None, came
    assert asked == 2


def found(output: str) -> dict[str, str]:
    """The secret and the token that a command printed."""
    for line in output.splitlines():
        if line.startswith("client_secret"):
            return {"SECRET": line.split()[1]}
    if output.startswith("{") and "access_token" in output:
        return {"TOKEN": json.loads(output)["access_token"]}
    return {}
