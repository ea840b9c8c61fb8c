"""What the hub has, the papers name: settings, commands, questions, rooms, words, errors."""

import re
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
)

from hub.bootstrap.application import contract
from hub.cli import hub
from hub.settings import Settings
from tests.architecture.generated_docs import (
    ERRORS,
    README,
    SEEING,
    errors_table,
    grounds_table,
    settings_table,
    shown,
)
from tests.docs.papers import ROOT, blocks

GLOSSARY = ROOT / "docs" / "glossary.md"
ASKING = ROOT / "docs" / "howto" / "ask-over-graphql.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


@pytest.fixture(scope="module")
def published() -> GraphQLSchema:
    return contract()


def terms() -> set[str]:
    """What stands in code letters in the glossary."""
    return set(re.findall(r"`([^`]+)`", GLOSSARY.read_text("utf-8")))


def test_the_readme_lists_every_setting_with_its_default() -> None:
    assert shown(README, "settings") == settings_table()


def test_the_page_of_errors_lists_every_code_and_how_to_mend_it() -> None:
    assert shown(ERRORS, "errors") == errors_table()


def test_the_page_of_who_sees_what_lists_every_ground() -> None:
    assert shown(SEEING, "grounds") == grounds_table()


def test_a_variable_named_in_a_paper_is_one_the_hub_reads() -> None:
    known = {setting.name for setting in Settings.ALL}
    papers = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    named = {name for p in papers for name in re.findall(r"\bHUB_[A-Z_]+\b", p.read_text("utf-8"))}
    assert named <= known


def test_the_readme_names_every_command() -> None:
    text = README.read_text("utf-8")
    assert [name for name in hub.commands if f"`hub {name}" not in text] == []


def test_the_readme_names_every_room() -> None:
    layout = next(b.text for b in blocks(README) if b.text.startswith("hub/"))
    rooms = {p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith(".")}
    ours = rooms & {"bench", "connectors", "docs", "hub", "resolvers", "schema", "tests"}
    assert {room for room in ours if f"{room}/" not in layout} == set()


def test_every_question_that_can_be_asked_is_told_of(published: GraphQLSchema) -> None:
    assert published.query_type is not None
    text = ASKING.read_text("utf-8")
    assert [name for name in published.query_type.fields if f"`{name}`" not in text] == []


def spoken(kind: GraphQLNamedType) -> bool:
    """Whether a type is a word of the field, and not a part of how GraphQL pages and executes."""
    return (
        isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLEnumType)
        and not kind.name.startswith("__")
        and not kind.name.endswith(("Connection", "Edge", "Payload"))
        and kind.name not in {"Query", "Mutation", "Subscription", "PageInfo"}
    )


def test_every_published_type_is_in_the_glossary(published: GraphQLSchema) -> None:
    assert {kind.name for kind in published.type_map.values() if spoken(kind)} - terms() == set()


def test_every_published_member_of_an_enum_is_in_the_glossary(published: GraphQLSchema) -> None:
    members = {
        member
        for kind in published.type_map.values()
        if isinstance(kind, GraphQLEnumType) and spoken(kind)
        for member in kind.values
    }
    assert members - terms() == set()


def test_every_word_of_the_glossary_is_in_use(published: GraphQLSchema) -> None:
    words = set(published.type_map)
    for kind in published.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            words |= set(kind.fields)
        if isinstance(kind, GraphQLEnumType):
            words |= set(kind.values)
    assert planned_apart(GLOSSARY) - words == set()


def planned_apart(path: Path) -> set[str]:
    """The terms of the glossary without its last part, the words of what is still to come."""
    text = path.read_text("utf-8").split("<!-- to come -->")[0]
    return set(re.findall(r"^\|[^|]*\| `([^`]+)`", text, re.MULTILINE))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_why_and_what_else_there_was(path: Path) -> None:
    text = path.read_text("utf-8")
    for part in ("## Context", "## Decision", "## Consequences", "## Alternatives"):
        assert text.count(part) == 1
    assert re.match(rf"# {path.stem[:4]} ", text)


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [path.name[:4] for path in DECISIONS] == [
        f"{number:04}" for number in range(1, len(DECISIONS) + 1)
    ]
