"""The declaration of live requests for single records."""

import re
from collections.abc import Mapping
from typing import Final

from hub.domain.record import value
from hub.domain.sources.declaration import DeclarationTable

LIVE_KEYS: Final = {"scope", "parameters", "path", "pages"}
PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")


@value
class LiveSpec:
    """How one record of a source is requested live (การถามสด).

    `scope` is the pattern of a record's scope, such as `{year}/{ministry}`; its names and `key`
    fill `parameters` and `path`. With a `path`, appended to the source's URL, the response is the
    record; without one it is a list, of which at most `pages` pages are read.
    """

    scope: str
    parameters: Mapping[str, str]
    path: str | None
    pages: int


def parse_live_spec(top: DeclarationTable) -> LiveSpec | None:
    """Return the `[live]` table; null when the source does not support live requests."""
    if "live" not in top.values:
        return None
    live = top.subtable("live", LIVE_KEYS)
    spec = LiveSpec(
        scope=live.optional_text("scope") or "",
        parameters=live.raw_table("parameters"),
        path=live.optional_text("path"),
        pages=live.positive_integer("pages", 5),
    )
    placeholders = {"key", *list_placeholders(spec.scope)}
    for key, text in (("path", spec.path or ""), *spec.parameters.items()):
        key_path = key if key == "path" else f"parameters.{key}"
        if not isinstance(text, str):
            raise live.invalid(key_path, "ต้องเป็นข้อความ", "must be a text")
        for name in list_placeholders(text):
            if name not in placeholders:
                available = ", ".join(sorted(placeholders))
                raise live.invalid(
                    key_path,
                    f"ไม่รู้จัก {{{name}}} ใช้ได้เฉพาะ {available}",
                    f"unknown {{{name}}}; use {available}",
                )
    return spec


def fill_pattern(pattern: str, values: Mapping[str, str]) -> str:
    """Return a pattern with its placeholders replaced."""
    return re.sub(PLACEHOLDER, lambda found: values[found[1]], pattern)


def match_pattern(pattern: str, text: str) -> Mapping[str, str] | None:
    """Return the placeholder values of a text that matches a pattern; null otherwise."""
    parts = re.split(PLACEHOLDER, pattern)
    regex = "".join(
        f"(?P<{part}>[^/|]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts)
    )
    matched = re.fullmatch(regex, text)
    return matched and matched.groupdict()


def list_placeholders(pattern: str) -> list[str]:
    """Return the placeholder names of a pattern, in order."""
    return list(re.findall(PLACEHOLDER, pattern))
