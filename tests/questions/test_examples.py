"""The example queries of /query are the questions of this folder, with their titles."""

import json
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXAMPLES = ROOT / "hub/web/pages/static/examples.json"
QUESTIONS = sorted(HERE.glob("*.graphql"))


def render_examples() -> str:
    """Return the content of the examples file; the first two comment lines are the titles."""
    entries = []
    for question in QUESTIONS:
        text = question.read_text(encoding="utf-8")
        th, en = (line.removeprefix("# ") for line in text.splitlines()[:2])
        entries.append({"name": question.stem, "title": {"th": th, "en": en}, "query": text})
    return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"


def test_examples_file_contains_the_questions() -> None:
    assert EXAMPLES.read_text(encoding="utf-8") == render_examples(), (
        "write it anew: python tests/questions/test_examples.py"
    )


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.stem)
def test_question_is_valid_against_the_contract(question: Path) -> None:
    schema_file = ROOT / "schema/schema.graphql"
    if not schema_file.exists():
        pytest.skip("no schema/schema.graphql: make sdl")
    schema = build_schema(schema_file.read_text(encoding="utf-8"))
    assert not validate(schema, parse(question.read_text(encoding="utf-8")))


if __name__ == "__main__":
    EXAMPLES.write_text(render_examples(), encoding="utf-8")
