"""The example questions of /query are the questions of this folder, titles and all."""

import json
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXAMPLES = ROOT / "hub/web/pages/examples.json"
QUESTIONS = sorted(HERE.glob("*.graphql"))


def examples() -> str:
    """What /query offers, from the questions; their first two comment lines are the titles."""
    made = []
    for question in QUESTIONS:
        text = question.read_text(encoding="utf-8")
        th, en = (line.removeprefix("# ") for line in text.splitlines()[:2])
        made.append({"name": question.stem, "title": {"th": th, "en": en}, "query": text})
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def test_the_page_offers_these_questions() -> None:
    assert EXAMPLES.read_text(encoding="utf-8") == examples(), (
        "write it anew: python tests/questions/test_examples.py"
    )


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.stem)
def test_a_question_fits_the_contract(question: Path) -> None:
    published = ROOT / "schema/schema.graphql"
    if not published.exists():
        pytest.skip("schema/schema.graphql is not written yet: make sdl")
    schema = build_schema(published.read_text(encoding="utf-8"))
    assert not validate(schema, parse(question.read_text(encoding="utf-8")))


if __name__ == "__main__":
    EXAMPLES.write_text(examples(), encoding="utf-8")
