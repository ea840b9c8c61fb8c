"""Tests `hub matrix explain`: who serves a matrix, why, the rows it reads, and invalid input."""

import json
from pathlib import Path
from typing import Any

import pytest

from hub.domain.matrix.key import encode_matrix_key
from hub.domain.matrix.question import (
    AreaRole,
    AxisQuestion,
    DimensionKind,
    MatrixFilter,
    MatrixQuestion,
)
from hub.domain.time import FiscalYear, FiscalYearRange
from tests.cli.conftest import RunCommand, expect_failure, expect_success, fetch_rows

YEAR = {"from": {"be": 2554}, "to": {"be": 2554}}
YEARS = FiscalYearRange(FiscalYear(2011), FiscalYear(2011))
BY_LEVEL = {"rows": {"dimension": "ACTOR_LEVEL"}, "columns": {"dimension": "AREA"}}
EAST = ["gid://hub/ValueChain/tourism-east"]
ROLLUP_COMPACTED = "select rollup_compact(20000)"
RENAMED = "update project set name_th = name_th || ' ' where id = (select min(id) from project)"
TOTAL = "{ total { projectCount } }"


def key(rows: DimensionKind, columns: DimensionKind, matrix_filter: MatrixFilter) -> str:
    """Return the key of a question about fiscal year 2554."""
    question = MatrixQuestion(AxisQuestion(rows), AxisQuestion(columns), YEARS, matrix_filter)
    return encode_matrix_key(question)


ROLLUP_KEY = key(DimensionKind.ACTOR_LEVEL, DimensionKind.AREA, MatrixFilter())


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    return tmp_path


def write_question(folder: Path, document: str, **variables: Any) -> list[str]:
    """Write a document with its variables; return the arguments that name both."""
    (folder / "question.graphql").write_text(document, "utf-8")
    (folder / "variables.json").write_text(json.dumps(variables), "utf-8")
    return [str(folder / "question.graphql"), "--variables", str(folder / "variables.json")]


def test_key_of_areas_is_served_by_the_rollup(hub: RunCommand, dsn: str) -> None:
    fetch_rows(dsn, ROLLUP_COMPACTED)
    found = hub("matrix", "explain", ROLLUP_KEY, "--json").json
    [part] = found["parts"]
    assert (part["part"], part["servedBy"], part["reasons"]) == ("FIGURES", "ROLLUP", [])
    assert (found["notedProjects"], found["liveProjects"]) == (0, 0)
    sql = [one["sql"] for one in part["statements"]]
    assert any("rollup_count" in one for one in sql)
    assert all(one["plan"]["Plan"]["Node Type"] for one in part["statements"])
    assert found["otherStatements"]


@pytest.mark.parametrize(
    ("matrix_filter", "columns", "field"),
    [
        (MatrixFilter(text="ถนน"), DimensionKind.AREA, "filter.text"),
        (MatrixFilter(area_role=AreaRole.HELD_BY), DimensionKind.AREA, "filter.areaRole"),
        (MatrixFilter(), DimensionKind.LINKAGE_STATUS, "LINKAGE_STATUS"),
        (MatrixFilter(chains=("tourism-east",)), DimensionKind.AREA, "filter.valueChains"),
    ],
)
def test_question_that_the_rollup_cannot_answer_names_the_field_in_both_languages(
    hub: RunCommand, matrix_filter: MatrixFilter, columns: DimensionKind, field: str
) -> None:
    facts_key = key(DimensionKind.ACTOR_LEVEL, columns, matrix_filter)
    [part] = hub("matrix", "explain", facts_key, "--json").json["parts"]
    assert part["servedBy"] == "FACTS"
    [reason] = part["reasons"]
    assert field in reason["th"]
    assert field in reason["en"]
    assert reason["th"] != reason["en"]
    assert not any("rollup_count" in one["sql"] for one in part["statements"])


@pytest.mark.parametrize(
    "matrix_filter",
    [MatrixFilter(linked=False), MatrixFilter(without_area=True)],
    ids=["not linked", "without an area"],
)
def test_filter_of_linked_projects_or_areas_is_served_by_the_rollup(
    hub: RunCommand, matrix_filter: MatrixFilter
) -> None:
    of_levels = key(DimensionKind.ACTOR_LEVEL, DimensionKind.FUNDING, matrix_filter)
    [part] = hub("matrix", "explain", of_levels, "--json").json["parts"]
    assert part["servedBy"] == "ROLLUP"


def test_all_reasons_for_the_facts_are_shown(hub: RunCommand, documents: Path) -> None:
    question = write_question(
        documents,
        f"query ($i: MatrixInput!) {{ matrix(input: $i) {TOTAL} }}",
        i={**BY_LEVEL, "fiscalYears": YEAR, "filter": {"text": "ถนน", "areaRole": "HELD_BY"}},
    )
    [part] = hub("matrix", "explain", *question, "--json").json["parts"]
    assert len(part["reasons"]) == 2


def test_projects_written_since_the_last_compaction_are_counted_from_the_facts(
    hub: RunCommand, dsn: str
) -> None:
    fetch_rows(dsn, ROLLUP_COMPACTED, RENAMED)
    found = hub("matrix", "explain", ROLLUP_KEY, "--json").json
    assert (found["notedProjects"], found["liveProjects"]) == (1, 1)
    printed = expect_success(hub("matrix", "explain", ROLLUP_KEY))
    assert "1 projects from the facts, of which 1 were written" in printed
    assert "จากตารางสรุป (rollup) · From the rollup" in printed
    assert "SELECT" in printed
    assert "rows expected to be read" in printed


def test_document_that_mixes_rollup_and_facts_shows_each_part(
    hub: RunCommand, documents: Path
) -> None:
    question = write_question(
        documents,
        "query ($a: MatrixInput!, $b: MatrixInput!) { "
        "areas: matrix(input: $a) { cells { projects(first: 2) { nodes { id } } } } "
        f"stages: matrix(input: $b) {TOTAL} }}",
        a={**BY_LEVEL, "fiscalYears": YEAR},
        b={
            "rows": {"dimension": "ACTOR_LEVEL"},
            "columns": {"dimension": "STAGE"},
            "filter": {"valueChains": EAST},
            "fiscalYears": YEAR,
        },
    )
    parts = hub("matrix", "explain", *question, "--json").json["parts"]
    served = {(part["part"], part["servedBy"]) for part in parts}
    assert served == {("FIGURES", "ROLLUP"), ("FIGURES", "FACTS"), ("PROJECTS", "FACTS")}
    printed = expect_success(hub("matrix", "explain", *question))
    assert "From the rollup" in printed
    assert "From the facts: an axis STAGE" in printed
    assert "From the facts: the rollup has no single lines" in printed


def test_agency_reads_its_drafts_and_what_is_hidden_from_the_facts(hub: RunCommand) -> None:
    [anonymous] = hub("matrix", "explain", ROLLUP_KEY, "--json").json["parts"]
    [agency] = hub("matrix", "explain", ROLLUP_KEY, "--as", "ministry:22", "--json").json["parts"]
    assert (anonymous["readsDrafts"], anonymous["hiddenServedBy"]) == (False, "ROLLUP")
    assert (agency["readsDrafts"], agency["hiddenServedBy"]) == (True, "FACTS")
    assert agency["servedBy"] == "ROLLUP"


def test_analyze_counts_the_rows_that_were_read(hub: RunCommand, dsn: str) -> None:
    facts_key = key(DimensionKind.ACTOR_LEVEL, DimensionKind.AREA, MatrixFilter(text="ก"))
    found = hub("matrix", "explain", facts_key, "--analyze", "--json").json
    [part] = found["parts"]
    read = sum(one["rowsRead"].get("project", 0) for one in part["statements"])
    projects = fetch_rows(dsn, "select count(*) from project")[0][0]
    assert read >= projects > 0
    plans = [one["plan"] for one in part["statements"]]
    assert all("Shared Hit Blocks" in one["Plan"] for one in plans)
    printed = expect_success(hub("matrix", "explain", facts_key, "--analyze"))
    assert "rows read" in printed
    assert "Execution Time" in printed


def test_nothing_is_written(hub: RunCommand, dsn: str) -> None:
    written = (
        "select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables "
        "where pg_stat_force_next_flush() is not null"
    )
    before = fetch_rows(dsn, written)
    expect_success(hub("matrix", "explain", ROLLUP_KEY, "--analyze", "--as", "ministry:22"))
    assert fetch_rows(dsn, written) == before


def test_figures_are_not_printed(hub: RunCommand) -> None:
    found = hub("matrix", "explain", ROLLUP_KEY, "--json").json
    assert sorted(found) == [
        "analyzed",
        "liveProjects",
        "notedProjects",
        "otherStatements",
        "parts",
    ]


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("{ matrix", "invalid GraphQL"),
        ("{ nothing }", "invalid GraphQL"),
        ("{ areas(level: PROVINCE, first: 1) { nodes { id } } }", "asks for no matrix"),
        ("mutation { __typename }", "must be one query"),
        ("query a { __typename } query b { __typename }", "name it if the file has several"),
    ],
)
def test_document_without_a_matrix_to_explain_is_rejected(
    hub: RunCommand, documents: Path, document: str, text: str
) -> None:
    [file, *_] = write_question(documents, document)
    expect_failure(hub("matrix", "explain", file), 2, text)


def test_error_of_the_question_is_that_of_the_request(hub: RunCommand, documents: Path) -> None:
    question = write_question(
        documents,
        f"query ($i: MatrixInput!) {{ matrix(input: $i) {TOTAL} }}",
        i={**BY_LEVEL, "columns": {"dimension": "ACTOR_LEVEL"}, "fiscalYears": YEAR},
    )
    expect_failure(hub("matrix", "explain", *question), 2, "columns.dimension")


@pytest.mark.parametrize("question", ["no-such-file.graphql", ROLLUP_KEY[:-3], "x" * 5000])
def test_neither_file_nor_key_is_rejected(run: RunCommand, question: str) -> None:
    expect_failure(run("matrix", "explain", question), 2, "there is no file", "not a complete")


def test_variables_must_be_an_object_in_a_json_file(run: RunCommand, documents: Path) -> None:
    [file, *_] = write_question(documents, "{ __typename }")
    for text, message in (("[1]", "must be a JSON object"), ("{", "is not JSON")):
        (documents / "wrong.json").write_text(text, "utf-8")
        wrong = str(documents / "wrong.json")
        expect_failure(run("matrix", "explain", file, "--variables", wrong), 2, message)
    missing = str(documents / "missing.json")
    expect_failure(run("matrix", "explain", file, "--variables", missing), 2, "there is no file")
    with_key = run("matrix", "explain", ROLLUP_KEY, "--variables", missing)
    expect_failure(with_key, 2, "a key has no variables")


def test_unknown_agency_is_rejected(hub: RunCommand) -> None:
    failed = hub("matrix", "explain", ROLLUP_KEY, "--as", "ministry:none")
    expect_failure(failed, 1, "There is no agency ministry:none")
