"""Tests that docs/architecture.md shows the current packages and imports."""

from tests.architecture.package_picture import (
    PAGE,
    PICTURE,
    package_imports,
    picture,
    reduced,
    table,
    table_in,
)


def test_the_picture_is_the_one_drawn_from_the_imports() -> None:
    assert PICTURE.read_text("utf-8") == picture()


def test_the_table_lists_the_imports_of_every_package() -> None:
    assert table_in(PAGE.read_text("utf-8")) == table()


def test_every_package_imports_only_packages_below_it() -> None:
    edges, _ = package_imports()
    assert edges["hub.domain"] <= {"hub.errors"}
    assert "hub.store" not in edges["schema"] | edges["resolvers"] | edges["hub.web"]


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    assert reduced({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == {
        "a": {"b"},
        "b": {"c"},
        "c": set(),
    }
