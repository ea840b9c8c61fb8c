"""Find values in the claims of a token, also in nested objects."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hub.errors import Invalid

MAX_CLAIM_LENGTH: Final = 255
DEFAULT_EXPLANATION: Final = "has none of the mapped values"


def claim_values(claims: Mapping[str, Any], claim: str) -> Sequence[str]:
    """Return the values of a claim, a list or a space-separated text as `scope`; else none."""
    content = find_claim(claims, claim)
    values = content.split() if isinstance(content, str) else content
    return [v for v in values if isinstance(v, str)] if isinstance(values, list) else []


def find_claim(content: Any, path: str) -> Any:
    """Return the content of a claim, or None if there is none.

    `path` is a name, or several joined by dots: `realm_access.roles` is `roles` in the object
    `realm_access`. Names may contain dots themselves (`https://hub.example/roles`), so in each
    object the longest name that the path begins with is the one that is meant; no other is tried.
    In a list of objects, the path continues in each.
    """
    if isinstance(content, list):
        found = [find_claim(item, path) for item in content if isinstance(item, Mapping)]
        return [v for one in found for v in (one if isinstance(one, list) else [one])]
    if not isinstance(content, Mapping):
        return None
    parts = path.split(".")
    for count in range(len(parts), 0, -1):
        name = ".".join(parts[:count])
        if name in content:
            rest = ".".join(parts[count:])
            return find_claim(content[name], rest) if rest else content[name]
    return None


def explain_no_values(claims: Mapping[str, Any], claim: str) -> str:
    """Return why a token has none of the mapped values of a claim, for the log of the operator."""
    content = find_claim(claims, claim)
    if content is None:
        return "is missing"
    if not isinstance(content, str | list):
        return (
            f"is not a list of texts but {'an object' if isinstance(content, dict) else 'a value'}"
        )
    return DEFAULT_EXPLANATION


def validate_claim_path(claim: str, field: str) -> str:
    """Return the name or path of a claim; `Invalid` if no token can have it."""
    parts = claim.split(".")
    if not 0 < len(claim) <= MAX_CLAIM_LENGTH or not claim.isprintable() or claim != claim.strip():
        raise Invalid(
            field,
            f"ต้องเป็นชื่อ claim ไม่เกิน {MAX_CLAIM_LENGTH} ตัวอักษร",
            f"must be the name of a claim of at most {MAX_CLAIM_LENGTH} characters",
        )
    if "" in parts:
        raise Invalid(
            field,
            f"{claim!r} มีจุดที่ต้นหรือท้าย หรือจุดติดกัน เส้นทางที่ถูกต้อง เช่น realm_access.roles",
            f"{claim!r} begins or ends with a dot, or has two in a row; "
            "a path is, for example, realm_access.roles",
        )
    return claim
