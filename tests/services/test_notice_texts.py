"""Texts of notices: each language has its own text, and no names of the schema."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from enum import Enum
from pathlib import Path

import pytest

from hub.domain import agencies, areas, budget, linkages, rates
from hub.domain.labels import LABELS, day_label, label_of
from hub.domain.matrix import question as matrix_question
from hub.domain.matrix import result
from hub.domain.time import FiscalYear
from tests.conftest import GraphQLApi
from tests.services.matrix.matrix_questions import fetch, question

ROOT = Path(__file__).parents[2]
BUILDERS = sorted(
    path for path in ROOT.glob("hub/*/**/*.py") if re.search(r"\bNotice\(", path.read_text("utf-8"))
)
"""The modules that build notices."""
TEXT_MODULES = [*BUILDERS, ROOT / "hub/services/matrix/criterion_texts.py"]
ENUM_NAMES = {
    name
    for module in (agencies, areas, budget, linkages, matrix_question, result)
    for one in vars(module).values()
    if isinstance(one, type) and issubclass(one, Enum)
    for name in one.__members__
}
THAI = re.compile("[\u0e00-\u0e7f]")
SCHEMA_NAME = re.compile(r"\b[a-z]+[A-Z]\w*|\b[A-Z]{2,}_?[A-Z_]*\b")
"""A name of a field (areasOn) or of an enum member (APPROPRIATED, NOT_JUDGED)."""
ABBREVIATIONS = {"FY", "BE"}


def names_in(text: str) -> set[str]:
    """Return the names of fields and enum members in a text."""
    return set(SCHEMA_NAME.findall(text)) - ABBREVIATIONS


def list_texts(tree: ast.AST) -> Iterator[tuple[int, str, list[str]]]:
    """Return the texts in calls of `localized_text`: line, text, and the expressions in it."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "localized_text":
            continue
        for part in node.args:
            strings = [one for one in ast.walk(part) if isinstance(one, ast.Constant)]
            content = "".join(one.value for one in strings if isinstance(one.value, str))
            inserted = [
                ast.unparse(one.value)
                for one in ast.walk(part)
                if isinstance(one, ast.FormattedValue)
            ]
            yield node.lineno, content, inserted


@pytest.mark.parametrize("path", TEXT_MODULES, ids=lambda path: path.stem)
def test_text_of_a_notice_has_no_name_of_the_schema(path: Path) -> None:
    found = list(list_texts(ast.parse(path.read_text("utf-8"))))
    for line, content, inserted in found:
        assert not names_in(content), f"{path.name}:{line}: {content}"
        assert not [one for one in inserted if re.search(r"\.(value|name)$", one)], (
            f"{path.name}:{line}: an enum member is shown by its label ({inserted})"
        )


def test_names_of_the_schema_are_recognized() -> None:
    assert names_in("ให้ระบุ areasOn") == {"areasOn"}
    assert names_in("ไม่มีรายการ APPROPRIATED") == {"APPROPRIATED"}
    assert names_in("ช่อง NOT_JUDGED") == {"NOT_JUDGED"}
    assert not names_in("ปีงบประมาณ พ.ศ. 2554 (Eco-Destination)")
    assert not names_in("no project in FY 2554 BE")
    assert len(BUILDERS) >= 6


@pytest.mark.parametrize("phase", budget.BudgetPhase)
@pytest.mark.parametrize("year", [None, FiscalYear(2011)])
def test_rate_without_a_line_names_the_phase_in_each_language(
    phase: budget.BudgetPhase, year: FiscalYear | None
) -> None:
    for name in ("numerator", "denominator"):
        text = rates.missing_part_notice(rates.RatePart(phase, None, year), name).text
        assert label_of(phase).th in text.th
        assert (label_of(phase).en or "") in (text.en or "")
        assert phase.value not in text.th + (text.en or "")
        assert not THAI.search(text.en or "")


def test_every_label_has_both_languages() -> None:
    for member, (th, en) in LABELS.items():
        assert THAI.search(th), member
        assert not THAI.search(en), member
    assert set(LABELS) >= {*budget.BudgetPhase, *areas.AreaLevel, *linkages.LinkageStatus}


def test_day_is_written_in_each_language() -> None:
    assert day_label(date(2017, 11, 17)).th == "17 พฤศจิกายน 2560"
    assert day_label(date(2008, 1, 1)).en == "2008-01-01"


@pytest.mark.parametrize(
    ("rows", "columns", "first", "last", "chain", "on"),
    [
        ("AREA=CLUSTER", "FISCAL_YEAR", 2548, 2565, "", None),
        ("AREA:C2552-09,C2560-08,38", "FISCAL_YEAR", 2551, 2565, "", None),
        ("AREA:C2552-09", "FISCAL_YEAR", 2555, 2556, "", "2020-01-01"),
        ("ACTOR_LEVEL", "STAGE", 2551, 2560, "tourism-east", None),
        ("AREA:20,45", "STAGE", 2554, 2554, "jasmine-rice-roi-et", None),
        ("AREA=REGION", "STAGE", 2551, 2551, "tourism", None),
        ("ISSUE", "FUNDING", 2554, 2554, "", None),
    ],
)
async def test_notices_and_reasons_of_a_matrix_are_in_one_language_each(
    api: GraphQLApi, rows: str, columns: str, first: int, last: int, chain: str, on: str | None
) -> None:
    options = {"areasOn": on} if on else None
    variables = question(rows, columns, first, last, chain=chain, options=options)
    matrix = await fetch(api, variables)
    texts = [one["text"] for one in matrix["notices"]]
    texts += [reason["text"] for cell in matrix["cells"] for reason in cell["stateReasons"][:1]]
    for text in texts:
        assert not set(re.findall(r"[A-Z_]{3,}", text["th"])) & ENUM_NAMES, text
        assert not set(re.findall(r"[A-Z_]{3,}", text["en"])) & ENUM_NAMES, text
        assert not names_in(re.sub("“.*?”", "", text["th"])), text  # names are the source's
        assert not THAI.search(text["en"]), text
