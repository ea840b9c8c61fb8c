"""A real hub on a port of its own, Debian's Chromium before it; every page is a fresh visitor."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from hub.store.database import open_database
from tests.browser.page_visitor import CHROMIUM, LAPTOP, Visit, shown
from tests.browser.sources_hub import PEOPLE, Operated, ingest_samples, operating
from tests.conftest import copy_database, database_numbers, execute_admin_statement

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
STARTS_WITHIN = 120


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser these tests are skipped, and say what to do; `make check` installs it."""
    missing = [] if CHROMIUM.exists() else [str(CHROMIUM)]
    if find_spec("playwright") is None:
        missing.append("playwright")
    if not missing:
        return
    here = Path(__file__).parent
    why = pytest.mark.skip(reason=f"no {', '.join(missing)}: make browser")
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(why)


def free_port() -> int:
    with socket.socket() as ours:
        ours.bind(("127.0.0.1", 0))
        port: int = ours.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the hub answers, with a database of its own."""
    folder = Path(tempfile.mkdtemp(prefix="hub-browser-"))
    folder.chmod(0o711)
    port = free_port()
    log = folder / "hub.logging"
    with log.open("w") as written:
        running = subprocess.Popen(
            [
                "env",
                f"HUB_PORT={port}",
                "HUB_HOST=127.0.0.1",
                f"HUB_DATA_DIR={folder / 'data'}",
                sys.executable,
                "-m",
                "hub",
                "serve",
            ],
            cwd=Path(__file__).parents[2],
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", running, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_ready(address: str, running: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and running.poll() is None:
        try:
            with urlopen(f"{address}/readyz", timeout=2):
                return
        except (URLError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"the hub did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Any]:
    """Debian's Chromium, headless."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - skipped without a browser

    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        await chromium.close()


@pytest.fixture
async def visit(browser: Any, address: str) -> AsyncIterator[Visit]:
    """Open an address of the hub as somebody who was never here; no page may log an error."""
    async with visiting(browser, address) as opened:
        yield opened


@pytest.fixture(scope="session")
async def ingested_hub(template: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The DSN of a database into which the samples were taken in, and the folder of sources."""
    dsn, folder = (
        await copy_database(template, "browsed"),
        tmp_path_factory.mktemp("taken") / "sources",
    )
    async with open_database(dsn, pool_size=2) as database:
        await ingest_samples(database, folder)
    return dsn, folder


@pytest.fixture(scope="session")
async def operated(template: str, ingested_hub: tuple[str, Path]) -> AsyncIterator[Operated]:
    """A hub with those sources, which nobody changes."""
    async with operating(
        await another(template, ingested_hub[0], "browsed_by_operators"),
        ingested_hub[1],
        free_port(),
    ) as hub:
        yield hub


@pytest.fixture
async def own(template: str, ingested_hub: tuple[str, Path]) -> AsyncIterator[Operated]:
    """The same for a test that changes it."""
    name = f"own_{next(database_numbers)}"
    async with operating(
        await another(template, ingested_hub[0], name), ingested_hub[1], free_port()
    ) as hub:
        yield hub
    await execute_admin_statement(template, f"drop database {name} with (force)")


async def another(template: str, dsn: str, name: str) -> str:
    """A copy of a database that nobody is connected to."""
    await execute_admin_statement(template, f"create database {name} template browsed")
    return dsn.replace("@/browsed?", f"@/{name}?")


@pytest.fixture
async def look(browser: Any, operated: Operated) -> AsyncIterator[Visit]:
    """Open an address of the hub with sources, as whoever `viewer` names."""
    async with visiting(browser, operated.address) as opened:
        yield opened


@pytest.fixture
async def work(browser: Any, own: Operated) -> AsyncIterator[Visit]:
    """The same, of a hub of one's own to change."""
    async with visiting(browser, own.address) as opened:
        yield opened


@asynccontextmanager
async def visiting(browser: Any, address: str) -> AsyncIterator[Visit]:
    """How an address is opened; at the end every page is closed, and none may have complained."""
    contexts: list[Any] = []
    complaints: list[str] = []

    async def opened(
        path: str, size: tuple[int, int] = LAPTOP, *, settled: bool = True, viewer: str = ""
    ) -> Any:
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="th-TH", base_url=address
        )
        contexts.append(context)
        if viewer:
            await context.request.post("/signin/demo", form=PEOPLE[viewer])
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda messages: (
                complaints.append(messages.text)
                if messages.type == "error" and "Failed to load resource" not in messages.text
                else None
            ),
        )
        page.set_default_timeout(15_000)
        await page.goto(path, wait_until="load")
        if settled:
            await shown(page)
        return page

    yield opened
    for context in contexts:
        for page in context.pages:
            await page.unroute_all(behavior="ignoreErrors")
        await context.close()
    assert not complaints
