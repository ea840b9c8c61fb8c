"""Tests that the connector of docs/howto/write-a-connector.md passes its suite and is ingested."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import copy_database, execute_admin_statement
from tests.docs.documents import ROOT, Block, parse_blocks

PAGE: Final = ROOT / "docs" / "howto" / "write-a-connector.md"
FILE_BLOCK: Final = re.compile(
    r"^`(connectors/[^`\n]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
NOT_COPIED: Final = shutil.ignore_patterns("node_modules", "__pycache__", "*.pyc")


@pytest.fixture
def checkout() -> Iterator[Path]:
    """Yield a copy of the code with the files of the page written into it."""
    folder = Path(tempfile.mkdtemp(prefix="hub-connector-"))
    folder.chmod(0o711)
    for package in ("hub", "schema", "resolvers", "connectors", "tests"):
        shutil.copytree(ROOT / package, folder / package, ignore=NOT_COPIED)
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    for path, text in FILE_BLOCK.findall(PAGE.read_text("utf-8")):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "cp874" if file.suffix == ".csv" else "utf-8")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def connector_dsn(template: str) -> AsyncIterator[str]:
    """Yield the DSN of a seeded database of its own."""
    yield await copy_database(template, "connector")
    await execute_admin_statement(template, "drop database connector with (force)")


def run_block(block: Block, checkout: Path, dsn: str) -> str:
    """Run a command of the page in the copy and return its output."""
    own = {"HUB_DATABASE_URL": dsn, "HUB_DATA_DIR": str(checkout), "PYTHONPATH": str(checkout)}
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("HUB_", "PYTEST_"))}  # noqa: TID251 - for a child process
    completed = subprocess.run(
        ["/bin/sh", "-ec", block.text],
        capture_output=True,
        text=True,
        env={**inherited, **own},
        cwd=checkout,
        check=False,
    )
    assert completed.returncode == 0, (str(block), completed.stdout, completed.stderr)
    return completed.stdout


@pytest.mark.long
def test_connector_of_the_page_passes_the_suite_and_is_ingested(
    checkout: Path, connector_dsn: str
) -> None:
    blocks = parse_blocks(PAGE)
    writing, suite, ingest = [block for block in blocks if block.language == "sh"]
    [ledger] = [block for block in blocks if block.language == "text"]
    run_block(writing, checkout, connector_dsn)
    assert (checkout / "connectors/irrigation_works/sample/expected.json").is_file()
    assert re.search(r"^7 passed", run_block(suite, checkout, connector_dsn), re.MULTILINE)
    assert ledger.text.strip() in run_block(ingest, checkout, connector_dsn)


def test_page_describes_every_check_of_the_suite() -> None:
    suite = (ROOT / "tests/connectors/test_every_connector.py").read_text("utf-8")
    checks = re.findall(r"@EVERY_CONNECTOR\n(?:async )?def (test_\w+)", suite)
    described = re.findall(r"^\| `(test_\w+)`", PAGE.read_text("utf-8"), re.MULTILINE)
    assert described == checks
