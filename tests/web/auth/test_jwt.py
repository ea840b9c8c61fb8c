"""Tests the token parser with arbitrary input: each token is verified or rejected."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.web.auth.jwt import (
    JWS_REGISTRY,
    InvalidToken,
    parse_key_set,
    parse_token,
    verify_signature,
)
from tests.web.auth.jwks_server import issue_token
from tests.web.auth.token_issuers import base64url_decode, base64url_encode
from tests.web.hub_instance import generate_ec_key, public_jwks

KEY = generate_ec_key()
TOKEN = issue_token("https://id.test", KEY)
KEYS = parse_key_set(public_jwks(KEY))
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(["alg", "typ", "kid", "crit", "b64", "jwk", "jku", "x5u", "cty", "x"])
HEADERS = st.dictionaries(
    NAMES, JSON_VALUES | st.sampled_from(["ES256", "none", "HS256", "at+jwt"])
)


@given(st.text(max_size=200) | st.binary(max_size=60).map(base64url_encode))
def test_arbitrary_text_is_rejected(text: str) -> None:
    with pytest.raises(InvalidToken):
        parse_token(text)


@given(HEADERS, st.binary(max_size=40) | JSON_VALUES.map(lambda v: json.dumps(v).encode()))
def test_arbitrary_header_and_claims_are_rejected_without_the_key(
    header: dict[str, Any], claims: bytes
) -> None:
    parts = (json.dumps(header), claims, bytes(64))
    text = ".".join(base64url_encode(part) for part in parts)
    with pytest.raises(InvalidToken):
        verify_signature(parse_token(text), KEYS)


@given(st.integers(0, len(TOKEN) * 6 - 1))
def test_token_with_one_flipped_bit_is_rejected(position: int) -> None:
    parts = TOKEN.split(".")
    bits = [len(base64url_decode(part)) * 8 for part in parts]
    position %= sum(bits)
    for index, count in enumerate(bits):
        if position < count:
            data = bytearray(base64url_decode(parts[index]))
            data[position // 8] ^= 1 << position % 8
            parts[index] = base64url_encode(bytes(data))
            break
        position -= count
    with pytest.raises(InvalidToken):
        verify_signature(parse_token(".".join(parts)), KEYS)


@given(
    JSON_VALUES | st.fixed_dictionaries({"keys": JSON_VALUES | st.lists(JSON_VALUES, max_size=4)})
)
def test_arbitrary_key_document_has_no_usable_keys(document: Any) -> None:
    try:
        assert list(parse_key_set(document)) == []
    except InvalidToken:
        assert not isinstance(document, dict) or not isinstance(document.get("keys"), list)


def test_unmodified_token_is_accepted() -> None:
    verify_signature(parse_token(TOKEN), KEYS)


@pytest.mark.parametrize("name", ["none", "HS256", "HS512", "RS512", "ES256K", "nothing"])
def test_unsupported_algorithm_is_not_registered(name: str) -> None:
    with pytest.raises(InvalidToken):
        JWS_REGISTRY.get_alg(name)
