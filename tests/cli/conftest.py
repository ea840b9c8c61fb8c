"""The command line over a copy of the seeded database, in the process of the test."""

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
    """How a command ended: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


RunCommand = Callable[..., CommandResult]


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of one width for everybody."""
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
async def dsn(template: str) -> AsyncIterator[str]:
    """A copy of the seeded database for one test."""
    yield await copy_database(template, NAME)
    await execute_admin_statement(template, f"drop database {NAME} with (force)")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> RunCommand:
    """`run("agency", "list")`: the command line without a database."""

    def command(*arguments: object) -> CommandResult:
        capsys.readouterr()
        code = main([*map(str, arguments)])
        printed = capsys.readouterr()
        return CommandResult(code, printed.out, printed.err)

    return command


@pytest.fixture
def hub(run: RunCommand, dsn: str, monkeypatch: pytest.MonkeyPatch) -> RunCommand:
    """The same over the database, which is opened without being prepared."""

    @asynccontextmanager
    async def prepare_database(_: Settings) -> AsyncIterator[Database]:
        async with open_database(dsn, pool_size=2) as database:
            yield database

    monkeypatch.setattr(console, "prepare_database", prepare_database)
    monkeypatch.setenv("HUB_PUBLIC_URL", "https://hub.test")
    return run


def expect_success(result: CommandResult) -> str:
    """What a command printed that succeeded."""
    assert result.code == 0, result.err
    return result.out


def expect_failure(result: CommandResult, code: int, *texts: str) -> None:
    """The command failed with that code and these words on standard error, in both languages."""
    assert (result.code, result.out) == (code, ""), result
    for text in (*texts, " · "):
        assert text in result.err
    assert "Traceback" not in result.err


def fetch_rows(dsn: str, *statements: str) -> list[asyncpg.Record]:
    """The rows of the last of some statements, run on one connection."""

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
    """The secret that was printed."""
    found = re.search(r"^client_secret  (bhs_\S{43})$", output, re.MULTILINE)
    assert found, output
    return found[1]
