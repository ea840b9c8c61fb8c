"""How a source declares that it can be asked about one record now."""

import re
from collections.abc import Mapping
from typing import Final

from hub.domain.record import value
from hub.domain.sources.declaration import DeclarationTable

LIVE_KEYS: Final = {"scope", "parameters", "path", "pages"}
PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")


@value
class LiveSpec:
    """How a source is asked about one record now (การถามสด).

    `scope` is the pattern a record's scope is made by, as `{year}/{ministry}`; its names and `key`
    fill `parameters` and `path`. With a `path` behind the source's address the answer is that one
    record; without one it is a list, of which `pages` are read at most.
    """

    scope: str
    parameters: Mapping[str, str]
    path: str | None
    pages: int


def parse_live_spec(top: DeclarationTable) -> LiveSpec | None:
    """How the source is asked about one record; null where it cannot be."""
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
                    f"ไม่รู้จัก {{{name}}} มี {available}",
                    f"{{{name}}} is none of {available}",
                )
    return spec


def fill_pattern(pattern: str, values: Mapping[str, str]) -> str:
    """A pattern with what its names stand for."""
    return re.sub(PLACEHOLDER, lambda found: values[found[1]], pattern)


def match_pattern(pattern: str, text: str) -> Mapping[str, str] | None:
    """What the names of a pattern stand for in a text that is made by it; null where it is not."""
    parts = re.split(PLACEHOLDER, pattern)
    regex = "".join(
        f"(?P<{part}>[^/|]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts)
    )
    matched = re.fullmatch(regex, text)
    return matched and matched.groupdict()


def list_placeholders(pattern: str) -> list[str]:
    """The names in braces of a pattern, in order."""
    return list(re.findall(PLACEHOLDER, pattern))
