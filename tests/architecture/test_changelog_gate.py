"""What the contract promised in the last release is kept, or the changelog says that it is not.

`schema/released.graphql` is the contract of the last release; the release copies
`schema/schema.graphql` there.
"""

import re
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema
from graphql.utilities import find_breaking_changes

ROOT = Path(__file__).parents[2]
ANYWHERE = re.MULTILINE | re.DOTALL
UNRELEASED = re.compile(r"^## \[?Unreleased\]?$.*?(?=^## |\Z)", ANYWHERE)
BREAKING = re.compile(r"^### Breaking$.*?(?=^###? |\Z)", ANYWHERE)
OLD = "type Query { area(code: String): String, head: String } enum State { GAP COVERED }"


def contract(name: str) -> GraphQLSchema:
    """A contract that is committed under schema/."""
    return build_schema((ROOT / "schema" / name).read_text("utf-8"))


def breaking_part(changelog: str) -> str:
    """What the changelog's Unreleased part says under Breaking; code letters are only dress."""
    unreleased = UNRELEASED.search(changelog)
    said = unreleased and BREAKING.search(unreleased[0])
    return said[0].replace("`", "") if said else ""


def unnamed(old: GraphQLSchema, new: GraphQLSchema, changelog: str) -> list[str]:
    """The breaking changes that the changelog does not name, as it must word them."""
    said = breaking_part(changelog)
    return [
        change.description
        for change in find_breaking_changes(old, new)
        if change.description.rstrip(".") not in said
    ]


def test_every_breaking_change_since_the_last_release_is_named_in_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert unnamed(contract("released.graphql"), contract("schema.graphql"), changelog) == []


@pytest.mark.parametrize(
    ("new", "change"),
    [
        (OLD.replace(", head: String", ""), "Field Query.head was removed."),
        (OLD.replace(" COVERED", ""), "Enum value State.COVERED was removed."),
        (
            OLD.replace("head: String", "head: Int"),
            "Field Query.head changed type from String to Int.",
        ),
    ],
)
def test_a_removal_that_nobody_names_stops_the_gate(new: str, change: str) -> None:
    before, after = build_schema(OLD), build_schema(new)
    assert unnamed(before, after, "## Unreleased\n### Added\n- much\n") == [change]
    named = f"## Unreleased\n### Breaking\n- `{change.rstrip('.')}`: nobody used it\n"
    assert unnamed(before, after, named) == []
    old_news = f"## Unreleased\n### Added\n\n## 0.1.0\n### Breaking\n- {change}\n"
    assert unnamed(before, after, old_news) == [change]


def test_an_addition_needs_no_word_under_breaking() -> None:
    grown = OLD.replace("head: String", "head: String, rules: [String]")
    assert unnamed(build_schema(OLD), build_schema(grown), "") == []
