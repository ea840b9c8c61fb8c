"""Pages and cursors."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.paging import PageRequest, build_connection, decode_cursor, encode_cursor
from hub.errors import Invalid

text = st.text(st.characters(blacklist_characters="\0", codec="utf-8"))


@given(text, text)
def test_a_cursor_gives_its_key_back(sort_key: str, key: str) -> None:
    assert decode_cursor(encode_cursor((sort_key, key)), (str, str)) == (sort_key, key)


@given(st.text())
def test_any_other_text_is_no_cursor_and_says_so(odd: str) -> None:
    with pytest.raises(Invalid) as refused:
        decode_cursor(odd, (str, str))
    assert refused.value.field == "after"


@pytest.mark.parametrize("key", [r'["\ud800","a"]', r'["a","\udfff"]', r'["a\u0000","a"]'])
def test_a_made_up_cursor_with_half_a_character_is_refused(key: str) -> None:
    with pytest.raises(Invalid, match="not a cursor"):
        decode_cursor(base64.urlsafe_b64encode(key.encode()).decode().rstrip("="), (str, str))


@pytest.mark.parametrize("first", [-1, 101, 100_000])
def test_a_page_outside_its_bounds_is_refused(first: int) -> None:
    with pytest.raises(Invalid, match="ask for 0 to 100"):
        PageRequest.from_arguments(first, None)


@given(st.lists(st.integers(0, 50), unique=True), st.integers(1, 7))
def test_walking_the_pages_meets_every_item_once_and_in_order(items: list[int], first: int) -> None:
    met: list[int] = []
    ordered, after = sorted(items), None
    while True:
        page = PageRequest.from_arguments(first, after, (int,))
        left = [n for n in ordered if page.after is None or (n,) > page.after]
        found = build_connection(left[: first + 1], page, lambda n: (n,))
        met += found.nodes
        after = found.page_info.end_cursor
        if not found.page_info.has_next_page:
            break
    assert met == ordered
