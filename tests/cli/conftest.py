"""Fixtures that run the command line in the test's process, over a copy of the seeded database."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from hub.cli import console, main
from hub.settings import Settings
from hub.store.database import Database, open_database
from tests.conftest import copy_database, execute_admin_statement

NAME = "cli"


@dataclass(frozen=True)
class CommandResult:
    """The result of a command: its exit code and its output."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return standard output, parsed as JSON."""
        return json.loads(self.out)


RunCommand = Callable[..., CommandResult]


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the terminal width to 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
async def dsn(template: str) -> AsyncIterator[str]:
    """Yield the DSN of a copy of the seeded database for one test."""
    yield await copy_database(template, NAME)
    await execute_admin_statement(template, f"drop database {NAME} with (force)")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> RunCommand:
    """Return a function that runs a command without a database: `run("agency", "list")`."""

    def command(*arguments: object) -> CommandResult:
        capsys.readouterr()
        code = main([*map(str, arguments)])
        printed = capsys.readouterr()
        return CommandResult(code, printed.out, printed.err)

    return command


@pytest.fixture
def hub(run: RunCommand, dsn: str, monkeypatch: pytest.MonkeyPatch) -> RunCommand:
    """Return the same function with a database, which is opened without migrations or seeding."""

    @asynccontextmanager
    async def prepare_database(_: Settings) -> AsyncIterator[Database]:
        async with open_database(dsn, pool_size=2) as database:
            yield database

    monkeypatch.setattr(console, "prepare_database", prepare_database)
    monkeypatch.setenv("HUB_PUBLIC_URL", "https://hub.test")
    return run


def expect_success(result: CommandResult) -> str:
    """Assert that a command succeeded, and return its standard output."""
    assert result.code == 0, result.err
    return result.out


def expect_failure(result: CommandResult, code: int, *texts: str) -> None:
    """Assert the exit code and the texts on standard error, which must be in both languages."""
    assert (result.code, result.out) == (code, ""), result
    for text in (*texts, " · "):
        assert text in result.err
    assert "Traceback" not in result.err


def fetch_rows(dsn: str, *statements: str) -> list[asyncpg.Record]:
    """Run the statements on one connection and return the rows of the last one."""

    async def execute() -> list[asyncpg.Record]:
        found: list[asyncpg.Record] = []
        connection = await asyncpg.connect(dsn)
        try:
            for statement in statements:
                found = await connection.fetch(statement)
        finally:
            await connection.close()
        return found

    return asyncio.run(execute())


def parse_secret(output: str) -> str:
    """Return the client secret from the output of a command."""
    found = re.search(r"^client_secret  (bhs_\S{43})$", output, re.MULTILINE)
    assert found, output
    return found[1]
