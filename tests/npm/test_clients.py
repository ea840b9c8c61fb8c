"""Clients and audits that we did not write, run by Node before a real port."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hub.web.listening import Listening
from tests.conftest import Asking
from tests.web.door import SCHEMA, SOURCES, address, endpoint, opened, served, serving
from tests.web.talk import until

HERE = Path(__file__).parent


def missing() -> str | None:
    """Why these tests cannot run; null where they can."""
    node = shutil.which("node")
    if node is None:
        return "there is no node"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < 20:
        return f"node {version.strip()} is older than 20"
    wanted = json.loads((HERE / "package.json").read_text("utf-8"))["devDependencies"]
    absent = [name for name in wanted if not (HERE / "node_modules" / name).exists()]
    return (
        f"npm packages are missing ({', '.join(absent)}): run tests/npm/install.sh"
        if absent
        else None
    )


pytestmark = pytest.mark.skipif(missing() is not None, reason=missing() or "")


async def run(script: str, *arguments: str) -> list[dict[str, Any]]:
    """What a script finds, one line of JSON each."""
    process = await asyncio.create_subprocess_exec(
        "node",
        script,
        *arguments,
        cwd=HERE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    async with asyncio.timeout(120):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return [json.loads(line) for line in out.decode().splitlines()]


@pytest.fixture
async def before_the_door() -> AsyncIterator[str]:
    async with served(endpoint(SCHEMA, opened)) as listening:
        yield f"http://{address(listening)}/graphql"


@pytest.fixture
async def before_the_hub(ask: Asking) -> AsyncIterator[str]:
    hub = ask.hub()
    async with serving(Listening(hub.app, hub.graphql.close), lifespan=False) as listening:
        yield f"http://{address(listening)}/graphql"


async def test_all_61_audits_of_graphql_over_http_are_kept(before_the_hub: str) -> None:
    found = await run("audit.mjs", before_the_hub)
    assert [audit for audit in found if audit["status"] != "ok"] == []
    assert len(found) == 61


async def test_the_client_of_graphql_transport_ws_gets_on_with_us(
    before_the_door: str,
) -> None:
    found = await run("sockets.mjs", before_the_door)
    assert [check for check in found if check["status"] != "ok"] == []
    assert len(found) == 20
    await until(lambda: not SOURCES["hot"] and not SOURCES["quiet"])


async def test_the_client_of_server_sent_events_gets_on_with_us(before_the_door: str) -> None:
    found = await run("events.mjs", before_the_door)
    assert [check for check in found if check["status"] != "ok"] == []
    assert len(found) == 7
    await until(lambda: not SOURCES["hot"])
