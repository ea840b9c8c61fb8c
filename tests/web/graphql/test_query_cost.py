"""Tests how the size and cost of a document are computed, and the work that this takes."""

from typing import Any

import pytest
from graphql import build_schema, parse
from hypothesis import given
from hypothesis import strategies as st

from hub.bootstrap.application import get_executable_schema
from hub.errors import TooCostly
from hub.web.graphql.documents import DocumentCache
from hub.web.graphql.limits import (
    MAX_ALIASES,
    MAX_BREADTH,
    MAX_COST,
    MAX_DEPTH,
    MAX_DIRECTIVES,
    MAX_FRAGMENTS,
    MAX_NESTED_SELECTIONS,
    MAX_REPORTED,
    MAX_SELECTIONS,
    DocumentMeasure,
)
from hub.web.graphql.list_sizes import MAX_PAGE_SIZE, MAX_WINDOW_CELLS
from hub.web.graphql.query_cost import DEFAULT_LIST_LENGTH, FieldWeight, measure_document

SCHEMA = build_schema(
    """
    type Query { things(first: Int = 20): Things! thing: Thing rows(first: Int!): [Thing!]!
      cells(window: Window): [Thing!]! }
    input Window { rowFrom: Int! rowTo: Int! columnFrom: Int! columnTo: Int! }
    type Things { nodes: [Thing!]! edges: [Edge!]! totalCount: Int }
    type Edge { node: Thing! }
    type Thing { name: String sub: Thing subs: [Thing!]! things(first: Int = 20): Things! }
    """
)
WEIGHTS = {("Query", "thing"): FieldWeight(7), ("Thing", "subs"): FieldWeight(2, 10)}
WEIGHTS[("Query", "cells")] = FieldWeight(2, 500)


def measure_text(text: str, **variables: Any) -> DocumentMeasure:
    return measure_document(SCHEMA, parse(text), WEIGHTS, variables)


def nest_fragments(levels: int, times: int = 2, within: str = "") -> str:
    """Return a document whose fragments each spread the next one `times` times."""
    opened, closed = ("a: sub {", "}") if within else ("", "")
    body = " ".join(
        f"fragment F{n} on Thing {{ {opened} {f'...F{n + 1} ' * times} {closed} }}"
        for n in range(levels)
    )
    return f"{{ thing {{ ...F0 }} }} {body} fragment F{levels} on Thing {{ name }}"


# ── document size ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("levels", [5, 25, 45])
def test_each_node_is_visited_once_at_any_nesting_depth(levels: int) -> None:
    text = nest_fragments(levels)
    nodes = text.count(" ...F") + text.count("{ name }") + text.count("thing {")
    assert nodes == 2 * levels + 3
    assert measure_text(text).selections == nodes


async def test_fragments_that_double_25_times_are_rejected_with_their_breadth() -> None:
    document = await DocumentCache(SCHEMA).parse(nest_fragments(25))
    [error] = document.errors
    assert isinstance(error.original_error, TooCostly)
    assert (error.original_error.cost, error.original_error.limit) == (2**25, MAX_BREADTH)


def test_fields_nested_25_levels_through_fragments_are_rejected() -> None:
    found = measure_text(nest_fragments(25, within="sub")).find_exceeded_limit()
    assert found is not None
    assert (found.cost, found.limit) == (27, MAX_DEPTH)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("{" + " ".join(f"a{n}: __typename" for n in range(MAX_ALIASES + 1)) + "}", MAX_ALIASES),
        (
            "{ thing { name " + "@include(if: true) " * (MAX_DIRECTIVES + 1) + "} }",
            MAX_DIRECTIVES,
        ),
        (
            "{ thing { name } }"
            + "".join(f"fragment F{n} on Thing {{ f{n} }} " for n in range(MAX_FRAGMENTS + 1)),
            MAX_FRAGMENTS,
        ),
        (
            "{ thing {"
            + "... {" * MAX_NESTED_SELECTIONS
            + "name"
            + "}" * MAX_NESTED_SELECTIONS
            + "} }",
            MAX_NESTED_SELECTIONS,
        ),
        ("{ thing { sub" + " { sub" * MAX_DEPTH + "}" * MAX_DEPTH + "} }", MAX_DEPTH),
        (
            "{" + " ".join(f"f{n}" for n in range(MAX_SELECTIONS + 1)) + "}",
            MAX_SELECTIONS,
        ),
    ],
    ids=["aliases", "directives", "fragments", "nesting", "levels", "selections"],
)
def test_document_over_one_limit_is_rejected(text: str, limit: int) -> None:
    found = measure_text(text).find_exceeded_limit()
    assert found is not None
    assert found.limit == limit
    assert found.cost > limit


@pytest.mark.parametrize(
    "text",
    [
        "{ ...F } fragment F on Thing { ...F }",
        "{ ...F } fragment F on Thing { ...G } fragment G on Thing { sub { ...F } }",
        "{ ...None }",
        "{ ... on None { none(first: {}) { none } } }",
        "{ things(first: 99999999999999999999) { nodes { name } } }",
        "subscription { none } mutation { none }",
        "fragment F on Thing { name }",
    ],
)
def test_invalid_document_is_measured_in_few_visits(text: str) -> None:
    assert measure_text(text).selections <= 5


# ── cost ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{ __typename }", 0),
        ("{ thing { name } }", 7),
        ("{ thing { sub { name } } }", 8),
        ("{ things { totalCount } }", 1),
        ("{ things(first: 30) { nodes { name } totalCount } }", 1 + 30),
        ("{ things(first: 2) { nodes { name } edges { node { name } } } }", 1 + 2 * (1 + 2)),
        ("{ things(first: 5000) { nodes { name } } }", 1 + MAX_PAGE_SIZE),
        (
            "{ things(first: 3) { ...P } } fragment P on Things { nodes { sub { name } } }",
            1 + 3 * 2,
        ),
        ("{ things(first: 3) { ... { nodes { name } } } }", 1 + 3),
        ("{ thing { subs { name } } }", 7 + 10 * 2),
        ("{ rows(first: 4) { sub { name } } }", 4 * 2),
        ("{ things(first: 10) { nodes { things(first: 10) { nodes { name } } } } }", 1 + 10 * 12),
        ("{ things(first: 0) { nodes { name } } }", 1),
        ("{ things(first: -5) { nodes { name } } }", 1),
    ],
)
def test_cost_is_the_field_weight_times_the_requested_items(text: str, cost: int) -> None:
    assert measure_text(text).get_cost(None) == cost


def test_list_without_a_weight_is_assumed_to_have_five_items() -> None:
    assert (
        measure_document(SCHEMA, parse("{ thing { subs { name } } }"), {}).get_cost(None)
        == 1 + DEFAULT_LIST_LENGTH
    )


async def test_page_size_in_a_variable_determines_the_cost() -> None:
    text = "query ($n: Int) { things(first: $n) { nodes { name } } }"
    assert measure_text(text, n=30).get_cost(None) == 31
    assert measure_text(text, n="many").get_cost(None) == 1 + MAX_PAGE_SIZE
    documents = DocumentCache(SCHEMA, WEIGHTS)
    document = await documents.parse(text)
    assert documents.compute_cost(document, None, {"n": 2}) == 3
    assert documents.compute_cost(document, None, {"n": 5}) == 6


def test_default_page_size_determines_the_cost() -> None:
    assert (
        measure_document(
            get_executable_schema(), parse("{ areas { nodes { code } } }"), {}
        ).get_cost(None)
        == 1 + 20
    )


@pytest.mark.parametrize(
    ("edges", "cells"),
    [
        ((3, 3, 4, 4), 1),
        ((0, 1, 0, 2), 6),
        ((0, 9999, 0, 9999), MAX_WINDOW_CELLS),
        ((5, 1, 0, 0), 0),
    ],
)
def test_window_cost_is_its_number_of_cells(edges: tuple[int, ...], cells: int) -> None:
    window = dict(zip(("rowFrom", "rowTo", "columnFrom", "columnTo"), edges, strict=True))
    literal = ", ".join(f"{name}: {edge}" for name, edge in window.items())
    text = "query ($w: Window) { cells(window: $w) { sub { name } } }"
    assert measure_text(text, w=window).get_cost(None) == cells * 3
    assert measure_text(f"{{ cells(window: {{ {literal} }}) {{ sub {{ name }} }} }}").get_cost(
        None
    ) == (cells * 3)
    assert (
        measure_text(text).get_cost(None)
        == measure_text("{ cells { sub { name } } }").get_cost(None)
        == 500 * 3
    )


async def test_query_over_the_cost_limit_is_rejected_with_its_cost() -> None:
    inner = "things(first: 100) { nodes { things(first: 100) { nodes { name } } } }"
    text = f"query ($n: Int) {{ things(first: $n) {{ nodes {{ {inner} }} }} }}"
    documents = DocumentCache(SCHEMA, WEIGHTS)
    document = await documents.parse(text)
    assert documents.compute_cost(document, None, {"n": 1}) < MAX_COST
    with pytest.raises(TooCostly) as raised:
        documents.compute_cost(document, None, {"n": 10})
    assert (raised.value.cost, raised.value.limit) == (1 + 10 * (2 + 100 * 102), MAX_COST)


def test_cost_counts_only_the_selected_operation() -> None:
    found = measure_text(
        "query A { thing { name } } query B { things(first: 9) { nodes { name } } }"
    )
    assert (found.get_cost("A"), found.get_cost("B")) == (7, 10)


def test_cost_is_capped_at_the_largest_reported_value() -> None:
    page = "things(first: 100) { nodes { "
    text = "{" + page * 6 + "name" + "} }" * 6 + "}"
    assert measure_text(text).get_cost(None) == MAX_REPORTED


# ── property: fragments reduce the work of the computation, not the cost ──────────────────────────

leaves = st.sampled_from(["name", "sub { name }", "things(first: 3) { nodes { name } }"])
bodies = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda kind, parts: f"{kind} {{ {' '.join(parts)} }}",
        st.sampled_from(["sub", "subs", "... on Thing"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


@given(st.lists(bodies, min_size=1, max_size=4))
def test_fragment_costs_as_much_as_its_inlined_text(parts: list[str]) -> None:
    inline = measure_text("{ thing {" + " ".join(parts) + "} }")
    spread = measure_text(
        "{ thing {"
        + " ".join(f"...F{n}" for n in range(len(parts)))
        + "} }"
        + " ".join(f"fragment F{n} on Thing {{ {part} }}" for n, part in enumerate(parts))
    )
    assert (spread.depth, spread.breadth, spread.get_cost(None)) == (
        inline.depth,
        inline.breadth,
        inline.get_cost(None),
    )
