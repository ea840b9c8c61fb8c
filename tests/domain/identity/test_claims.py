"""Claims that are nested in objects and lists, as identity providers send them."""

from typing import Any

import pytest

from hub.domain.identity.claims import claim_values, explain_no_values, validate_claim_path
from hub.errors import Invalid

URL_CLAIM = "https://hub.example/roles"
CLAIMS: dict[str, Any] = {
    "scope": "openid operate",
    "realm_access": {"roles": ["officer", "offline_access"]},
    "resource_access": {
        "buranakan": {"roles": ["delegate"]},
        "buranakan.v2": {"roles": ["steward"]},
        "https://hub.example": {"roles": ["reader"]},
    },
    URL_CLAIM: ["by-url"],
    "https://id.example/claims": {"hub": {"roles": "a b"}},
    "dotted.name": ["literal"],
    "dotted": {"name": ["nested"]},
    "entitlements": [{"value": "one", "display": "x"}, {"value": "two"}, "three", {"value": 4}],
}


@pytest.mark.parametrize(
    ("claim", "values"),
    [
        ("scope", ["openid", "operate"]),
        ("realm_access.roles", ["officer", "offline_access"]),
        ("resource_access.buranakan.roles", ["delegate"]),
        ("resource_access.buranakan.v2.roles", ["steward"]),
        ("resource_access.https://hub.example.roles", ["reader"]),
        (URL_CLAIM, ["by-url"]),
        ("https://id.example/claims.hub.roles", ["a", "b"]),
        ("dotted.name", ["literal"]),
        ("entitlements.value", ["one", "two"]),
    ],
)
def test_path_finds_the_values_that_it_names(claim: str, values: list[str]) -> None:
    assert claim_values(CLAIMS, claim) == values


@pytest.mark.parametrize(
    "claim",
    [
        "realm_access",  # an object
        "resource_access.buranakan",
        "resource_access.roles",  # of no client in particular
        "realm_access.roles.officer",  # a value is no name
        "realm_access.roles.0",
        "roles",  # nested elsewhere
        "Realm_Access.roles",
        "entitlements",  # a list of objects
        "scope.operate",
        "nothing",
    ],
)
def test_path_to_an_object_or_to_nothing_grants_nothing(claim: str) -> None:
    assert list(set(claim_values(CLAIMS, claim)) - {"three"}) == []


def test_longer_name_hides_a_nested_one_even_when_it_has_no_values() -> None:
    """Otherwise a token could be read in two ways."""
    claims = {"a.b": "text", "a": {"b": {"c": ["nested"]}}}
    assert claim_values(claims, "a.b.c") == []
    assert claim_values({"a": claims["a"]}, "a.b.c") == ["nested"]


@pytest.mark.parametrize("content", [None, 7, True, {"roles": ["x"]}, [["x"]], [7, None]])
def test_content_that_is_neither_text_nor_a_list_of_texts_has_no_values(content: Any) -> None:
    assert claim_values({"a": {"b": content}}, "a.b") == []


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("realm_access", "is not a list of texts but an object"),
        ("nothing.here", "is missing"),
        ("scope", "has none of the mapped values"),
    ],
)
def test_reason_why_nothing_is_granted_is_named(claim: str, reason: str) -> None:
    assert explain_no_values(CLAIMS, claim) == reason


@pytest.mark.parametrize("claim", ["", " roles", "roles ", "a..b", ".a", "a.", "a\nb", "x" * 256])
def test_path_that_no_token_can_have_is_rejected(claim: str) -> None:
    with pytest.raises(Invalid, match=r"^--claim: .* · "):
        validate_claim_path(claim, "--claim")


@pytest.mark.parametrize("claim", ["scope", "realm_access.roles", URL_CLAIM, "บทบาท.ระบบ"])
def test_name_or_path_is_accepted(claim: str) -> None:
    assert validate_claim_path(claim, "--claim") == claim
