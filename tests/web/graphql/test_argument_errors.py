"""Errors of graphql-core about arguments and variables: in Thai and English, with the argument."""

import re
from typing import Any

import pytest

from hub.web.graphql_messages import GENERAL_TEXTS, translate_message
from tests.conftest import GraphQLApi

THAI = re.compile("[\u0e00-\u0e7f]")
MATRIX = "query ($i: MatrixInput!) { matrix(input: $i) { key } }"
AXES: dict[str, Any] = {"rows": {"dimension": "STAGE"}, "columns": {"dimension": "FISCAL_YEAR"}}
YEARS = {"fiscalYears": {"from": {"be": 2554}}}


async def only_problem(
    api: GraphQLApi, query: str, variables: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the only error of a request."""
    answer = await api(query, variables or {})
    [problem] = answer["errors"]
    found: dict[str, Any] = problem
    return found


DEEP = """{ matrix(input: {
  rows: {dimension: STEP}, columns: {dimension: AREA}, fiscalYears: {from: {be: 2554}}
}) { key } }"""
LITERALS = [
    ("a text for a number", '{ areas(first: "x") { totalCount } }', "first", "จำนวนเต็ม"),
    ("a fraction for a number", "{ areas(first: 1.5) { totalCount } }", "first", "จำนวนเต็ม"),
    ("a number over 32 bits", "{ areas(first: 9999999999) { totalCount } }", "first", "32 บิต"),
    ("a number for a text", "{ areas(after: 5) { totalCount } }", "after", "อัญประกาศ"),
    ("an enum value that is none", "{ areas(level: TOWN) { totalCount } }", "level", "ไม่มีค่า TOWN"),
    ("a text for an enum", '{ areas(level: "REGION") { totalCount } }', "level", "อัญประกาศ"),
    ("a day that is none", '{ areas(on: "2008-13-01") { totalCount } }', "on", "Date"),
    (
        "a field in the input missing",
        DEEP.replace("STEP", "AREA").replace("columns: {dimension: AREA},", ""),
        "input.columns",
        "ต้องมีช่อง columns",
    ),
    (
        "an unknown field in the input",
        '{ area(by: {name: "x"}) { code } }',
        "by.name",
        "ไม่มีช่อง name",
    ),
    ("deep in the input", DEEP, "input.rows.dimension", "ไม่มีค่า STEP"),
    ("null for what is required", "{ area(by: null) { code } }", "by", "null"),
    ("an argument that is missing", "{ area { code } }", "by", "ต้องระบุ by"),
    (
        "an argument that is unknown",
        '{ areas(nme: "x") { totalCount } }',
        "nme",
        "ไม่มีอาร์กิวเมนต์ nme",
    ),
    (
        "the variable of another type",
        "query ($f: String) { areas(first: $f) { totalCount } }",
        "first",
        "ตัวแปร $f",
    ),
    ("the argument of a directive", "{ areas @include { totalCount } }", "if", "ต้องระบุ if"),
]


@pytest.mark.parametrize(
    ("query", "field", "thai"), [one[1:] for one in LITERALS], ids=[one[0] for one in LITERALS]
)
async def test_argument_in_a_document_is_named_in_both_languages(
    api: GraphQLApi, query: str, field: str, thai: str
) -> None:
    problem = await only_problem(api, query)
    extensions = problem["extensions"]
    assert extensions["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert (extensions["field"], thai in extensions["th"]) == (field, True), problem
    assert problem["message"] == f"{field}: {extensions['th']} · {extensions['en']}"
    assert not THAI.search(extensions["en"])
    assert extensions["th"] not in GENERAL_TEXTS.values()


VARIABLES = [
    ("missing", MATRIX, {}, "input", "ต้องระบุค่าชนิด MatrixInput!"),
    ("null", MATRIX, {"i": None}, "input", "null"),
    ("no object", MATRIX, {"i": 5}, "input", "ออบเจกต์"),
    ("a missing field", MATRIX, {"i": AXES}, "input.fiscalYears", "ต้องมีช่อง fiscalYears"),
    ("an unknown field", MATRIX, {"i": {**AXES, **YEARS, "row": 1}}, "input.row", "ไม่มีช่อง row"),
    (
        "an unknown enum value",
        MATRIX,
        {"i": {**AXES, **YEARS, "counting": "ALL"}},
        "input.counting",
        "ไม่มีค่า ALL",
    ),
    (
        "a number for an enum",
        MATRIX,
        {"i": {**AXES, **YEARS, "counting": 1}},
        "input.counting",
        "Counting",
    ),
    (
        "in a list",
        MATRIX,
        {"i": {**AXES, **YEARS, "filter": {"actorLevels": ["LOCAL", "X"]}}},
        "input.filter.actorLevels",
        "ไม่มีค่า X",
    ),
    (
        "a text for a year",
        MATRIX,
        {"i": {**AXES, "fiscalYears": {"from": {"be": "2554"}}}},
        "input.fiscalYears.from.be",
        "จำนวนเต็ม",
    ),
    (
        "a null era",
        MATRIX,
        {"i": {**AXES, "fiscalYears": {"from": {"be": None}}}},
        "input.fiscalYears.from.be",
        "null",
    ),
    ("two keys of a literal", '{ area(by: {code: "20", id: "x"}) { code } }', {}, "by", "ช่องเดียว"),
    (
        "no key of a literal",
        "{ planningRound(fiscalYear: {}) { id } }",
        {},
        "fiscalYear",
        "ช่องเดียว",
    ),
    (
        "two eras",
        MATRIX,
        {"i": {**AXES, "fiscalYears": {"from": {"be": 2554, "ce": 2011}}}},
        "input.fiscalYears.from",
        "ช่องเดียว",
    ),
    (
        "a day that is none",
        MATRIX,
        {"i": {**AXES, **YEARS, "areasOn": "1 ม.ค. 2551"}},
        "input.areasOn",
        "Date",
    ),
    (
        "of an argument",
        "query ($n: Int!) { areas(first: $n) { totalCount } }",
        {"n": "x"},
        "first",
        "จำนวนเต็ม",
    ),
    (
        "inside an input",
        "query ($c: String!) { area(by: {code: $c}) { code } }",
        {"c": 20},
        "by.code",
        "อัญประกาศ",
    ),
]


@pytest.mark.parametrize(
    ("query", "variables", "field", "thai"),
    [one[1:] for one in VARIABLES],
    ids=[one[0] for one in VARIABLES],
)
async def test_variable_is_named_by_its_argument_in_both_languages(
    api: GraphQLApi, query: str, variables: dict[str, Any], field: str, thai: str
) -> None:
    problem = await only_problem(api, query, variables)
    extensions = problem["extensions"]
    assert extensions["code"] == "BAD_USER_INPUT"
    assert (extensions["field"], thai in extensions["th"]) == (field, True), problem
    assert problem["message"] == f"{field}: {extensions['th']} · {extensions['en']}"


OTHERS = [
    ("{ nobody }", "GRAPHQL_VALIDATION_FAILED", "ไม่มีฟิลด์ nobody"),
    ("{ areas }", "GRAPHQL_VALIDATION_FAILED", "ต้องเลือกฟิลด์ย่อย"),
    ("{ areas { totalCount } ", "GRAPHQL_PARSE_FAILED", "GraphQL"),
    (
        "query A { areas { totalCount } } query B { areas { totalCount } }",
        "BAD_USER_INPUT",
        "operationName",
    ),
]


@pytest.mark.parametrize(("query", "code", "thai"), OTHERS)
async def test_error_about_no_argument_has_thai_and_no_field(
    api: GraphQLApi, query: str, code: str, thai: str
) -> None:
    problem = await only_problem(api, query)
    assert problem["extensions"]["code"] == code
    assert thai in problem["extensions"]["th"]
    assert "field" not in problem["extensions"]


async def test_error_of_a_resolver_keeps_its_own_field(api: GraphQLApi) -> None:
    problem = await only_problem(api, "{ areas(first: 101) { totalCount } }")
    assert (problem["extensions"]["code"], problem["extensions"]["field"]) == ("INVALID", "first")


@pytest.mark.parametrize("code", GENERAL_TEXTS)
def test_message_without_a_pattern_has_the_general_text(code: str) -> None:
    assert translate_message("Something new.", code) == GENERAL_TEXTS[code]


def test_long_values_are_cut_in_the_thai_text() -> None:
    message = f"Int cannot represent non-integer value: {'x' * 5000}"
    assert len(translate_message(message, "BAD_USER_INPUT")) < 200
