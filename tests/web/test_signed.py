"""Whatever is sent for a token, it is read or refused; and one changed bit is a refusal."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.web.signed import FIXED, Unsound, told, usable, verify
from tests.web.access import ec, public
from tests.web.jwks import token_of
from tests.web.parties import decoded, encoded

KEY = ec()
GIVEN = token_of("https://id.test", KEY)
KEYS = usable(public(KEY))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(["alg", "typ", "kid", "crit", "b64", "jwk", "jku", "x5u", "cty", "x"])
HEADERS = st.dictionaries(NAMES, JSON | st.sampled_from(["ES256", "none", "HS256", "at+jwt"]))


@given(st.text(max_size=200) | st.binary(max_size=60).map(encoded))
def test_no_text_is_a_token(text: str) -> None:
    with pytest.raises(Unsound):
        told(text, {"at+jwt"})


@given(HEADERS, st.binary(max_size=40) | JSON.map(lambda v: json.dumps(v).encode()))
def test_no_header_and_no_claims_break_the_reader_or_pass_without_the_key(
    header: dict[str, Any], claims: bytes
) -> None:
    text = f"{encoded(json.dumps(header))}.{encoded(claims)}.{encoded(bytes(64))}"
    with pytest.raises(Unsound):
        verify(told(text, {"at+jwt"}), KEYS)


@given(st.integers(0, len(GIVEN) * 6 - 1))
def test_one_bit_makes_another_token_or_none(position: int) -> None:
    parts = GIVEN.split(".")
    bits = [len(decoded(part)) * 8 for part in parts]
    position %= sum(bits)
    for index, count in enumerate(bits):
        if position < count:
            data = bytearray(decoded(parts[index]))
            data[position // 8] ^= 1 << position % 8
            parts[index] = encoded(bytes(data))
            break
        position -= count
    with pytest.raises(Unsound):
        verify(told(".".join(parts), {"at+jwt"}), KEYS)


@given(JSON | st.fixed_dictionaries({"keys": JSON | st.lists(JSON, max_size=4)}))
def test_no_document_breaks_the_reader_of_keys(document: Any) -> None:
    try:
        assert list(usable(document)) == []
    except Unsound:
        assert not isinstance(document, dict) or not isinstance(document.get("keys"), list)


def test_the_token_these_start_from_is_good() -> None:
    verify(told(GIVEN, {"at+jwt"}), KEYS)


@pytest.mark.parametrize("name", ["none", "HS256", "HS512", "RS512", "ES256K", "nothing"])
def test_the_wall_behind_the_header_knows_our_algorithms_alone(name: str) -> None:
    with pytest.raises(Unsound):
        FIXED.get_alg(name)
