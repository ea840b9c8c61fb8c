"""Cursors and page sizes are validated, and pages return every item once."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.paging import PageRequest, build_connection, decode_cursor, encode_cursor
from hub.errors import Invalid

text = st.text(st.characters(blacklist_characters="\0", codec="utf-8"))


@given(text, text)
def test_cursor_round_trips_its_key(sort_key: str, key: str) -> None:
    assert decode_cursor(encode_cursor((sort_key, key)), (str, str)) == (sort_key, key)


@given(st.text())
def test_invalid_cursor_is_rejected_and_the_field_is_named(invalid: str) -> None:
    with pytest.raises(Invalid) as error:
        decode_cursor(invalid, (str, str))
    assert error.value.field == "after"


@pytest.mark.parametrize("key", [r'["\ud800","a"]', r'["a","\udfff"]', r'["a\u0000","a"]'])
def test_forged_cursor_with_invalid_characters_is_rejected(key: str) -> None:
    with pytest.raises(Invalid, match="not a cursor"):
        decode_cursor(base64.urlsafe_b64encode(key.encode()).decode().rstrip("="), (str, str))


@pytest.mark.parametrize("first", [-1, 101, 100_000])
def test_page_size_out_of_range_is_rejected(first: int) -> None:
    with pytest.raises(Invalid, match="must be from 0 to 100"):
        PageRequest.from_arguments(first, None)


@given(st.lists(st.integers(0, 50), unique=True), st.integers(1, 7))
def test_pages_return_every_item_once_in_order(items: list[int], first: int) -> None:
    returned: list[int] = []
    ordered, after = sorted(items), None
    while True:
        page = PageRequest.from_arguments(first, after, (int,))
        remaining = [n for n in ordered if page.after is None or (n,) > page.after]
        connection = build_connection(remaining[: first + 1], page, lambda n: (n,))
        returned += connection.nodes
        after = connection.page_info.end_cursor
        if not connection.page_info.has_next_page:
            break
    assert returned == ordered
