"""Compares the output of the command line with golden files, so that a changed text is visible.

`pytest tests/cli/test_golden.py --write-answers` writes the files again.
"""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.cli.conftest import RunCommand, expect_success

GOLDEN: Final = Path(__file__).parent / "golden"
SAMPLE: Final = Path(__file__).parents[2] / "connectors" / "budget_act" / "sample" / "records.csv"
HELP: Final = {
    "help": [],
    "help-serve": ["serve"],
    "help-db": ["db"],
    "help-db-migrate": ["db", "migrate"],
    "help-db-seed": ["db", "seed"],
    "help-db-verify": ["db", "verify"],
    "help-ingest": ["ingest"],
    "help-source": ["source"],
    "help-source-list": ["source", "list"],
    "help-source-show": ["source", "show"],
    "help-source-check": ["source", "check"],
    "help-review": ["review"],
    "help-review-list": ["review", "list"],
    "help-review-decide": ["review", "decide"],
    "help-review-accept": ["review", "accept"],
    "help-review-refuse": ["review", "refuse"],
    "help-matrix": ["matrix"],
    "help-matrix-explain": ["matrix", "explain"],
    "help-agency": ["agency"],
    "help-agency-add": ["agency", "add"],
    "help-agency-disable": ["agency", "disable"],
    "help-client": ["client"],
    "help-client-add": ["client", "add"],
    "help-client-rotate": ["client", "rotate"],
    "help-issuer": ["issuer"],
    "help-issuer-add": ["issuer", "add"],
    "help-agreement": ["agreement"],
    "help-agreement-add": ["agreement", "add"],
    "help-audit": ["audit"],
    "help-audit-verify": ["audit", "verify"],
    "help-demo": ["demo"],
    "help-demo-fill": ["demo", "fill"],
    "help-demo-sandbox": ["demo", "sandbox"],
    "help-generate": ["generate"],
    "help-schema-print": ["schema", "print"],
    "help-completion": ["completion"],
}
EMPTY: Final = {
    "empty-db-verify": ["db", "verify"],
    "empty-review-list": ["review", "list"],
    "empty-agency-list": ["agency", "list"],
    "empty-client-list": ["client", "list"],
    "empty-issuer-list": ["issuer", "list"],
    "empty-agreement-list": ["agreement", "list"],
}
CHANGES: Final = {
    "agency-add": ["agency", "add", "05"],
    "client-add": ["client", "add", "05", "ระบบแผน", "--id", "plan", "--scope", "source:operate"],
    "issuer-add": ["issuer", "add", "05", "https://id.test", "--jwks", "https://id.test/jwks"],
    "agreement-add": ["agreement", "add", "province:20", "05", "ประชุมร่วม", "--until", "2040-09-30"],
    "ingest": ["ingest", "budget_act", "--from", str(SAMPLE)],
}
LISTINGS: Final = {
    "source-list": ["source", "list"],
    "review-list": ["review", "list"],
    "agency-list": ["agency", "list"],
    "client-list": ["client", "list"],
    "issuer-list": ["issuer", "list"],
    "agreement-list": ["agreement", "list"],
    "audit-verify": ["audit", "verify"],
}
VARYING: Final = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?\+\d\d:\d\d"), "<time>"),
    (re.compile(r"share-[0-9a-f]{12}"), "share-<id>"),
    (re.compile(r"bhs_\S{43}"), "<secret>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<digest>"),
    (re.compile(r"\d+\.\d (วินาที|s)"), r"<seconds> \1"),
)
"""Patterns of output that differs from run to run, with their replacements."""


@pytest.fixture
def should_write(request: pytest.FixtureRequest) -> bool:
    """Return whether the option `--write-answers` is set."""
    return bool(request.config.getoption("--write-answers"))


def compare_with_file(name: str, printed: str, should_write: bool) -> None:
    """Compare the output with the golden file, after writing the file if `should_write` is set."""
    for pattern, replacement in VARYING:
        printed = pattern.sub(replacement, printed)
    file = GOLDEN / f"{name}.txt"
    if should_write:
        file.write_text(printed, "utf-8")
    assert printed == file.read_text("utf-8")


@pytest.mark.parametrize("name", HELP)
def test_help_equals_the_golden_file(run: RunCommand, name: str, should_write: bool) -> None:
    compare_with_file(name, expect_success(run(*HELP[name], "--help")), should_write)


def test_listings_of_the_seeded_database_equal_the_golden_files(
    run: RunCommand, dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, should_write: bool
) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", dsn)
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path))
    for name, arguments in {**EMPTY, **CHANGES, **LISTINGS}.items():
        compare_with_file(name, expect_success(run(*arguments)), should_write)
