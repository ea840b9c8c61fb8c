"""Tests that names and docstrings use the standard terms of the field.

The listed terms are verbs and nouns for which the documentation of Python, HTTP, SQL and GraphQL
has standard terms.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from graphql import GraphQLEnumType, build_schema

from hub.store.tables import metadata
from schema.contract import render_sdl
from tests.architecture.defined_names import (
    PACKAGES,
    PYTHON,
    ROOT,
    Definition,
    all_definitions,
    in_javascript,
    in_python,
    segments,
)

IDIOM = frozenset(
    [
        "tell",
        "tells",
        "told",
        "telling",
        "say",
        "says",
        "said",
        "saying",
        "hold",
        "holds",
        "held",
        "holding",
        "give",
        "gives",
        "gave",
        "given",
        "giving",
        "ask",
        "asks",
        "asked",
        "asking",
        "know",
        "knows",
        "known",
        "stand",
        "stands",
        "stood",
        "standing",
        "kept",
        "mend",
        "mends",
        "mended",
        "mending",
        "let",
        "lets",
        "begun",
        "whoever",
        "nobody",
        "somebody",
        "door",
        "doors",
        "doorkeeper",
        "desk",
        "desks",
        "house",
        "houses",
        "room",
        "rooms",
        "trail",
        "trails",
        "turnstile",
        "paper",
        "papers",
        "word",
        "words",
        "party",
        "parties",
    ]
)
IDIOM_PAIRS = frozenset({"take_in", "take_out", "taken_in", "taken_out", "look_after"})
RETIRED_NAMES = frozenset(
    {
        "Doorkeeper", "GraphQLDoor", "Turnstile", "CodeDesk", "Standing", "LaidOut", "Ground",
        "Places", "lay_out_axis", "weigh_sources", "say_why", "told_of", "entitled", "Asking",
    }
)  # fmt: skip
EXCEPTED = {
    "given": "Hypothesis' decorator",
    "KEPT": "a value that is stored, by its member name",
    "PARTY": "a documented reason to see a draft, by its member name",
}
"""Names of library APIs and of stored values, with the reason."""
PHRASES = (
    "it did", "as the register", "as the directory", "as it stands", "whoever", "will not do",
    "is told", "are told", "nobody is", "look after", "the papers", "the house", "the door",
    "mends?", "mended",
)  # fmt: skip
"""Phrases that docstrings of public objects must not contain, as patterns."""
PUBLIC_CLASS_TWICE: dict[str, str] = {}
"""Public classes that share their name on purpose, with the reason."""


def contract_names() -> set[str]:
    """Return the names that the GraphQL schema defines, in camelCase and in snake_case."""
    published: set[str] = set()
    for name, kind in build_schema(render_sdl()).type_map.items():
        published.add(name)
        if isinstance(kind, GraphQLEnumType):
            published |= set(kind.values)
        for field, definition in getattr(kind, "fields", {}).items():
            published |= {field, *getattr(definition, "args", {})}
    return published | {re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower() for name in published}


def column_names() -> set[str]:
    """Return the names of tables and columns, which the migrations define."""
    return {table.name for table in metadata.sorted_tables} | {
        column.name for table in metadata.sorted_tables for column in table.c
    }


def is_idiom(name: str) -> bool:
    """Return whether a name contains a listed term or pair of terms."""
    parts = segments(name)
    pairs = {f"{first}_{second}" for first, second in pairwise(parts)}
    return bool(IDIOM.intersection(parts) or IDIOM_PAIRS & pairs or name in RETIRED_NAMES)


def test_no_defined_name_uses_a_listed_term() -> None:
    fixed = contract_names() | column_names() | EXCEPTED.keys()
    found = sorted(
        f"{one.file}:{one.line} {one.name}"
        for one in set(all_definitions())
        if is_idiom(one.name) and one.name not in fixed
    )
    assert found == []


@pytest.mark.parametrize("name", ["told", "_asked_at", "TokenDesk", "takenIn", "KEPT", "sayWhy"])
def test_listed_terms_are_found_in_every_case_style(name: str) -> None:
    assert is_idiom(name)


@pytest.mark.parametrize("name", ["threshold", "essay", "taken", "password", "outstanding", "task"])
def test_names_that_only_contain_a_listed_term_are_accepted(name: str) -> None:
    assert not is_idiom(name)


def test_definitions_are_found_in_every_python_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "sample.py"
    file.write_text(
        "import os as alias\n"
        "class Klass:\n    field: int = 1\n    def method(self, parameter, *rest, **more):\n"
        "        self.attribute = [item for item in rest]\n"
        "        with open('x') as handle: pass\n"
        "        try: pass\n        except OSError as error: pass\n"
        "        match rest:\n            case [first, *others]: pass\n"
        "        return (walrus := lambda argument: argument)\n",
        "utf-8",
    )
    monkeypatch.setattr("tests.architecture.defined_names.ROOT", tmp_path)
    assert {one.name for one in in_python(file)} >= {
        "alias", "Klass", "field", "method", "parameter", "rest", "more", "attribute", "item",
        "handle", "error", "first", "others", "walrus", "argument",
    }  # fmt: skip


def test_definitions_are_found_in_every_javascript_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "sample.js"
    file.write_text(
        'import { imported } from "x";\n'
        "const plain = 1; let { key: local, same } = y; const [first, second = 2] = z;\n"
        "export function named(parameter, { inner, other = 1 }) { return 'const quoted = 1'; }\n"
        "const arrow = (left, right) => left; list.map(item => item); // const comment = 1\n"
        "class Klass {}\n",
        "utf-8",
    )
    monkeypatch.setattr("tests.architecture.defined_names.ROOT", tmp_path)
    names = {one.name for one in in_javascript(file)}
    assert names >= {
        "plain", "local", "same", "first", "second", "named", "parameter", "inner", "other",
        "arrow", "left", "right", "item", "Klass",
    }  # fmt: skip
    assert names & {"quoted", "comment", "imported", "key"} == set()


def documented() -> Iterator[tuple[Definition, str | None]]:
    """Yield every public module, class and function, including nested ones, with its docstring."""
    for path in PYTHON:
        file = str(path.relative_to(ROOT))
        if not file.startswith(PACKAGES):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        yield Definition(path.stem, file, 1), ast.get_docstring(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            if not node.name.startswith("_"):
                yield Definition(node.name, file, node.lineno), ast.get_docstring(node)


def test_everything_public_has_a_docstring() -> None:
    assert [f"{d.file}:{d.line} {d.name}" for d, text in documented() if not text] == []


def test_docstrings_use_no_listed_phrase() -> None:
    found = [
        f"{d.file}:{d.line} {d.name}: {phrase!r}"
        for d, text in documented()
        for phrase in PHRASES
        if re.search(rf"\b{phrase}\b", (text or "").lower())
    ]
    assert found == []


@pytest.mark.parametrize("phrase", ["as the register says", "who will not do", "fixes and mends"])
def test_a_listed_phrase_is_found(phrase: str) -> None:
    assert any(re.search(rf"\b{one}\b", phrase) for one in PHRASES)


def test_no_two_public_classes_share_a_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in PYTHON:
        file = str(path.relative_to(ROOT))
        if file.startswith(PACKAGES):
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places[node.name].append(file)
    twice = {
        name: files
        for name, files in places.items()
        if len(files) > 1 and name not in PUBLIC_CLASS_TWICE and not same_noun(files)
    }
    assert twice == {}


def same_noun(files: list[str]) -> bool:
    """Return whether two classes are a domain record and the schema type that publishes it."""
    inside = sorted(file.split("/")[0] for file in files)
    return inside == ["hub", "schema"] and any(file.startswith("hub/domain/") for file in files)
