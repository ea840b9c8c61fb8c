"""Tests that every breaking change of the schema since the last release is in the changelog.

`schema/released.graphql` is the schema of the last release; a release copies
`schema/schema.graphql` to it.
"""

import re
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema
from graphql.utilities import find_breaking_changes

ROOT = Path(__file__).parents[2]
REGEX_FLAGS = re.MULTILINE | re.DOTALL
UNRELEASED = re.compile(r"^## \[?Unreleased\]?$.*?(?=^## |\Z)", REGEX_FLAGS)
BREAKING = re.compile(r"^### Breaking$.*?(?=^###? |\Z)", REGEX_FLAGS)
OLD_SDL = "type Query { area(code: String): String, head: String } enum State { GAP COVERED }"


def load_contract(name: str) -> GraphQLSchema:
    """Parse a schema file under schema/."""
    return build_schema((ROOT / "schema" / name).read_text("utf-8"))


def breaking_section(changelog: str) -> str:
    """Return the section Breaking of the changelog's Unreleased part, without backticks."""
    unreleased = UNRELEASED.search(changelog)
    section = unreleased and BREAKING.search(unreleased[0])
    return section[0].replace("`", "") if section else ""


def list_unlisted_changes(old: GraphQLSchema, new: GraphQLSchema, changelog: str) -> list[str]:
    """Return the breaking changes whose description is not in the changelog."""
    section = breaking_section(changelog)
    return [
        change.description
        for change in find_breaking_changes(old, new)
        if change.description.rstrip(".") not in section
    ]


def test_every_breaking_change_since_the_last_release_is_in_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert (
        list_unlisted_changes(
            load_contract("released.graphql"), load_contract("schema.graphql"), changelog
        )
        == []
    )


@pytest.mark.parametrize(
    ("new", "change"),
    [
        (OLD_SDL.replace(", head: String", ""), "Field Query.head was removed."),
        (OLD_SDL.replace(" COVERED", ""), "Enum value State.COVERED was removed."),
        (
            OLD_SDL.replace("head: String", "head: Int"),
            "Field Query.head changed type from String to Int.",
        ),
    ],
)
def test_unlisted_breaking_change_fails_the_check(new: str, change: str) -> None:
    before, after = build_schema(OLD_SDL), build_schema(new)
    assert list_unlisted_changes(before, after, "## Unreleased\n### Added\n- much\n") == [change]
    listed = f"## Unreleased\n### Breaking\n- `{change.rstrip('.')}`: nobody used it\n"
    assert list_unlisted_changes(before, after, listed) == []
    listed_in_old_release = f"## Unreleased\n### Added\n\n## 0.1.0\n### Breaking\n- {change}\n"
    assert list_unlisted_changes(before, after, listed_in_old_release) == [change]


def test_addition_is_not_a_breaking_change() -> None:
    extended = OLD_SDL.replace("head: String", "head: String, rules: [String]")
    assert list_unlisted_changes(build_schema(OLD_SDL), build_schema(extended), "") == []
