"""Tests the GraphQL endpoint with third-party clients and audits, run by Node on a real port."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hub.web.server import HubServer
from tests.conftest import GraphQLApi
from tests.web.graphql.sample_endpoint import (
    ACTIVE_STREAMS,
    SCHEMA,
    build_endpoint,
    open_empty_context,
    run_server,
    serve_endpoint,
    server_address,
)
from tests.web.graphql.socket_client import wait_until

HERE = Path(__file__).parent


def find_missing_requirement() -> str | None:
    """Return why these tests cannot run; null if they can."""
    node = shutil.which("node")
    if node is None:
        return "no node: make browser npm"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < 20:
        return f"node {version.strip()} is too old: install Node.js 20 or newer"
    wanted = json.loads((HERE / "package.json").read_text("utf-8"))["devDependencies"]
    absent = [name for name in wanted if not (HERE / "node_modules" / name).exists()]
    return f"no npm packages ({', '.join(absent)}): make npm" if absent else None


pytestmark = pytest.mark.skipif(
    find_missing_requirement() is not None, reason=find_missing_requirement() or ""
)


async def run_script(script: str, *arguments: str) -> list[dict[str, Any]]:
    """Run a script and return its results, one per line of JSON."""
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
async def endpoint_url() -> AsyncIterator[str]:
    async with serve_endpoint(build_endpoint(SCHEMA, open_empty_context)) as server:
        yield f"http://{server_address(server)}/graphql"


@pytest.fixture
async def hub_url(api: GraphQLApi) -> AsyncIterator[str]:
    hub = api.get_application()
    async with run_server(HubServer(hub.app, hub.graphql.close), lifespan=False) as server:
        yield f"http://{server_address(server)}/graphql"


async def test_all_61_graphql_over_http_audits_pass(hub_url: str) -> None:
    found = await run_script("audit.mjs", hub_url)
    assert [audit for audit in found if audit["status"] != "ok"] == []
    assert len(found) == 61


async def test_graphql_ws_client_passes_its_checks(
    endpoint_url: str,
) -> None:
    found = await run_script("sockets.mjs", endpoint_url)
    assert [check for check in found if check["status"] != "ok"] == []
    assert len(found) == 20
    await wait_until(lambda: not ACTIVE_STREAMS["hot"] and not ACTIVE_STREAMS["quiet"])


async def test_graphql_sse_client_passes_its_checks(endpoint_url: str) -> None:
    found = await run_script("events.mjs", endpoint_url)
    assert [check for check in found if check["status"] != "ok"] == []
    assert len(found) == 7
    await wait_until(lambda: not ACTIVE_STREAMS["hot"])
