"""Tests that the docs describe every setting, command, query field, package, type and error."""

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

from hub.bootstrap.application import get_executable_schema
from hub.cli import hub
from hub.settings import Settings
from tests.architecture.generated_docs import (
    ERRORS_PAGE,
    README,
    VISIBILITY_PAGE,
    build_errors_table,
    build_grounds_table,
    build_settings_table,
    find_table,
)
from tests.docs.documents import ROOT, parse_blocks

GLOSSARY = ROOT / "docs" / "glossary.md"
GRAPHQL_HOWTO = ROOT / "docs" / "howto" / "ask-over-graphql.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


@pytest.fixture(scope="module")
def published_schema() -> GraphQLSchema:
    return get_executable_schema()


def glossary_terms() -> set[str]:
    """Return the texts in backticks in the glossary."""
    return set(re.findall(r"`([^`]+)`", GLOSSARY.read_text("utf-8")))


def test_readme_lists_every_setting_with_its_default() -> None:
    assert find_table(README, "settings") == build_settings_table()


def test_errors_page_lists_every_code_with_its_fix() -> None:
    assert find_table(ERRORS_PAGE, "errors") == build_errors_table()


def test_visibility_page_lists_every_ground() -> None:
    assert find_table(VISIBILITY_PAGE, "grounds") == build_grounds_table()


def test_variable_named_in_a_document_is_one_the_hub_reads() -> None:
    settings = {setting.name for setting in Settings.ALL}
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    named = {
        name for p in documents for name in re.findall(r"\bHUB_[A-Z_]+\b", p.read_text("utf-8"))
    }
    assert named <= settings


def test_readme_names_every_command() -> None:
    text = README.read_text("utf-8")
    assert [name for name in hub.commands if f"`hub {name}" not in text] == []


def test_readme_names_every_package() -> None:
    layout = next(b.text for b in parse_blocks(README) if b.text.startswith("hub/"))
    folders = {p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith(".")}
    packages = folders & {"bench", "connectors", "docs", "hub", "resolvers", "schema", "tests"}
    assert {package for package in packages if f"{package}/" not in layout} == set()


def test_every_query_field_is_documented(published_schema: GraphQLSchema) -> None:
    assert published_schema.query_type is not None
    text = GRAPHQL_HOWTO.read_text("utf-8")
    assert [name for name in published_schema.query_type.fields if f"`{name}`" not in text] == []


def is_domain_type(kind: GraphQLNamedType) -> bool:
    """Return whether a type is a domain term, not a part of GraphQL's pagination or execution."""
    return (
        isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLEnumType)
        and not kind.name.startswith("__")
        and not kind.name.endswith(("Connection", "Edge", "Payload"))
        and kind.name not in {"Query", "Mutation", "Subscription", "PageInfo"}
    )


def test_every_published_type_is_in_the_glossary(published_schema: GraphQLSchema) -> None:
    assert {
        kind.name for kind in published_schema.type_map.values() if is_domain_type(kind)
    } - glossary_terms() == set()


def test_every_published_enum_value_is_in_the_glossary(published_schema: GraphQLSchema) -> None:
    members = {
        member
        for kind in published_schema.type_map.values()
        if isinstance(kind, GraphQLEnumType) and is_domain_type(kind)
        for member in kind.values
    }
    assert members - glossary_terms() == set()


def test_every_glossary_term_is_in_the_schema(published_schema: GraphQLSchema) -> None:
    schema_names = set(published_schema.type_map)
    for kind in published_schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            schema_names |= set(kind.fields)
        if isinstance(kind, GraphQLEnumType):
            schema_names |= set(kind.values)
    assert current_glossary_terms(GLOSSARY) - schema_names == set()


def current_glossary_terms(path: Path) -> set[str]:
    """Return the terms of the glossary, without the planned terms of its last part."""
    text = path.read_text("utf-8").split("<!-- to come -->")[0]
    return set(re.findall(r"^\|[^|]*\| `([^`]+)`", text, re.MULTILINE))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_decision_record_has_every_required_section(path: Path) -> None:
    text = path.read_text("utf-8")
    for part in ("## Context", "## Decision", "## Consequences", "## Alternatives"):
        assert text.count(part) == 1
    assert re.match(rf"# {path.stem[:4]} ", text)


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [path.name[:4] for path in DECISIONS] == [
        f"{number:04}" for number in range(1, len(DECISIONS) + 1)
    ]
