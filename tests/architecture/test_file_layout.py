"""Tests the rules for files: size, names, and which file reads the environment."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("hub", "schema", "resolvers", "connectors", "tests", "bench")
INSTALLED = {"node_modules", ".venv"}
SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if not INSTALLED & {*path.relative_to(ROOT).parts}
)

ALLOWED_LONG_FILES = {
    "hub/domain/matrix/result.py": "one noun: the parts of a drawn matrix read as one page",
    "hub/store/visibility.py": "the one place where a viewer becomes WHERE, ground by ground",
    "hub/services/matrix/resolve_axis.py": "one function per dimension, side by side on purpose",
    "tests/web/auth/test_authorization_endpoint.py": "one code, from consent to token",
    "tests/store/embedded/test_server.py": "one server, thirty ways to start it",
    "tests/faults/test_record_faults.py": "one test per fault of a record",
    "tests/services/matrix/expected_figures.py": "the matrix computed without SQL",
    "tests/store/reference/test_reference_files.py": "one test per promise of the reference data",
    "tests/web/auth/test_token_endpoint.py": "to be split",
    "tests/web/auth/test_token_validation.py": "to be split",
}
VAGUE_NAMES = {"utils", "helpers", "manager", "common", "base", "service"}


def test_files_over_300_lines_are_listed_with_a_reason() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert {name: n for name, n in long.items() if name not in ALLOWED_LONG_FILES} == {}
    assert [name for name in ALLOWED_LONG_FILES if name not in long] == []


def test_no_file_has_a_vague_name() -> None:
    assert [str(path) for path in SOURCES if path.stem in VAGUE_NAMES] == []


def test_noun_has_the_same_file_name_in_every_package() -> None:
    nouns = {path.stem for path in (ROOT / "schema").glob("*.py")}
    exempt = {
        "__init__", "arguments", "binding", "contract", "errors", "lookups",
        "matrix_filter", "matrix_input", "mutation", "node", "nodes", "query", "cost", "enums",
        "subscription", "text", "viewer", "issue_lookup", "linkage_input", "linkage_mutation",
        "work_request_mutation", "plan_input", "finding_mutation", "value_chain_mutation",
        "webhook_mutation", "import_mutation", "json_schema", "same_as_mutation", "selection",
        "comparison", "operation_input", "session_input", "negotiation_input", "session_mutation",
    }  # fmt: skip
    for noun in nouns - exempt:
        for package in ("hub/domain", "hub/store", "resolvers"):
            inside = {path.stem for path in (ROOT / package).rglob("*.py")}
            inside |= {path.name for path in (ROOT / package).iterdir() if path.is_dir()}
            resolved_elsewhere = package == "resolvers" and noun == "provenance"
            is_computed = package == "hub/store" and noun == "rates"  # of amounts read elsewhere
            assert resolved_elsewhere or is_computed or noun in inside, (package, noun)


def test_only_settings_reads_the_environment() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.is_relative_to(ROOT / "hub") and "os.environ" in path.read_text(encoding="utf-8")
    ]
    assert readers == ["hub/__init__.py", "hub/settings.py"]  # the first one sets a variable
