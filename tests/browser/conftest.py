"""Fixtures: hubs on free ports, Chromium, and functions that open a page in a new context."""

import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from hub.sandbox.nation.generate import generate_nation
from hub.store.database import open_database
from tests.browser.page_loading import CHROMIUM, LAPTOP, OpenPage, wait_until_loaded
from tests.browser.source_hub import PEOPLE, SourceHub, import_samples, running_hub
from tests.conftest import copy_database as copy_template
from tests.conftest import database_numbers, execute_admin_statement
from tests.data_folder import data_folder

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
START_TIMEOUT = 120
NATION_PROJECTS = 3_000
NATION_YEARS = 3
NATION_DAY = datetime(2026, 6, 1, tzinfo=UTC)
"""In fiscal year 2569, the last year of the generated nation."""
INVALID_QUERY = "GRAPHQL_VALIDATION_FAILED"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests that need a browser when there is none; the reason names the command."""
    missing = [] if CHROMIUM.exists() else [str(CHROMIUM)]
    if find_spec("playwright") is None:
        missing.append("playwright")
    if not missing:
        return
    here = Path(__file__).parent
    why = pytest.mark.skip(reason=f"no {', '.join(missing)}: make browser")
    for item in items:
        if item.path.is_relative_to(here) and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(why)


def free_port() -> int:
    """Return a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The base URL of a hub with its own database and only the seed data."""
    port = free_port()
    with data_folder() as folder:
        log = folder / "hub.log"
        with log.open("w") as log_file:
            process = subprocess.Popen(
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
                stdout=log_file,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def wait_until_ready(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the hub is ready; fail with the end of its log if it stops or times out."""
    until = time.monotonic() + START_TIMEOUT
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"{address}/readyz", timeout=2):
                return
        except (URLError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"the hub did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Any]:
    """Chromium of Debian, headless."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - skipped without a browser

    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        await chromium.close()


@pytest.fixture
async def open_page(browser: Any, address: str) -> AsyncIterator[OpenPage]:
    """A function that opens a path in a new browser context; fails if a page logs an error."""
    async with page_opener(browser, address) as open_path:
        yield open_path


@pytest.fixture(scope="session")
async def imported_samples(
    template: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """The DSN of a database with the imported samples, and the folder of source files."""
    dsn, folder = (
        await copy_template(template, "browser_samples"),
        tmp_path_factory.mktemp("samples") / "sources",
    )
    async with open_database(dsn, pool_size=2) as database:
        await import_samples(database, folder)
    return dsn, folder


@pytest.fixture(scope="session")
async def source_hub(template: str, imported_samples: tuple[str, Path]) -> AsyncIterator[SourceHub]:
    """A hub with the imported samples, shared by tests that do not change it."""
    async with running_hub(
        await copy_database(template, imported_samples[0], "browser_shared"),
        imported_samples[1],
        free_port(),
    ) as hub:
        yield hub


@pytest.fixture(scope="session")
async def nation_hub(
    template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SourceHub]:
    """A hub with a small generated nation, shared by tests that do not change it."""
    dsn = await copy_template(template, "browser_nation")
    async with open_database(dsn, pool_size=2) as database:
        await generate_nation(database, NATION_PROJECTS, NATION_YEARS, 1, NATION_DAY)
    folder = tmp_path_factory.mktemp("nation") / "sources"
    folder.mkdir()
    async with running_hub(dsn, folder, free_port()) as hub:
        yield hub


@pytest.fixture
async def open_nation_page(browser: Any, nation_hub: SourceHub) -> AsyncIterator[OpenPage]:
    """A function that opens a path of the hub with the generated nation."""
    async with page_opener(browser, nation_hub.address) as open_path:
        yield open_path


@pytest.fixture
async def editable_hub(
    template: str, imported_samples: tuple[str, Path]
) -> AsyncIterator[SourceHub]:
    """A hub with the imported samples for one test that changes it."""
    name = f"browser_editable_{next(database_numbers)}"
    async with running_hub(
        await copy_database(template, imported_samples[0], name), imported_samples[1], free_port()
    ) as hub:
        yield hub
    await execute_admin_statement(template, f"drop database {name} with (force)")


async def copy_database(template: str, dsn: str, name: str) -> str:
    """Copy the database of the imported samples; return the DSN of the copy."""
    await execute_admin_statement(
        template, f"create database {name} template browser_samples strategy file_copy"
    )
    return dsn.replace("@/browser_samples?", f"@/{name}?")


@pytest.fixture
async def open_source_page(browser: Any, source_hub: SourceHub) -> AsyncIterator[OpenPage]:
    """A function that opens a path of the shared hub, signed in as `viewer` of PEOPLE."""
    async with page_opener(browser, source_hub.address) as open_path:
        yield open_path


@pytest.fixture
async def open_editable_page(browser: Any, editable_hub: SourceHub) -> AsyncIterator[OpenPage]:
    """A function that opens a path of the hub that the test may change."""
    async with page_opener(browser, editable_hub.address) as open_path:
        yield open_path


@asynccontextmanager
async def page_opener(browser: Any, address: str) -> AsyncIterator[OpenPage]:
    """A function that opens pages; at the end all are closed.

    Fails if one has logged an error, or has sent a query that the schema does not have. On the
    query page people write these themselves.
    """
    from playwright.async_api import Error as PlaywrightError  # noqa: PLC0415 - as above

    contexts: list[Any] = []
    page_errors: list[str] = []

    async def record_invalid_query(response: Any) -> None:
        if "/graphql" not in response.url:
            return
        with suppress(PlaywrightError):  # the page was closed meanwhile, or the body was streamed
            text = await response.text()
            if INVALID_QUERY in text:
                page_errors.append(text[:1_000])

    async def open_path(
        path: str, size: tuple[int, int] = LAPTOP, *, loaded: bool = True, viewer: str = ""
    ) -> Any:
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="th-TH", base_url=address
        )
        contexts.append(context)
        if viewer:
            await context.request.post("/signin/demo", form=PEOPLE[viewer])
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = await context.new_page()
        page.on("pageerror", lambda error: page_errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                page_errors.append(message.text)
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        if not path.startswith("/query"):
            page.on("response", record_invalid_query)
        page.set_default_timeout(15_000)
        await page.goto(path, wait_until="load")
        if loaded:
            await wait_until_loaded(page)
        return page

    yield open_path
    for context in contexts:
        for page in context.pages:
            await page.unroute_all(behavior="ignoreErrors")
        await context.close()
    assert not page_errors
