"""How a source declares that it can be asked about one record now."""

import re
from collections.abc import Mapping
from typing import Final

from hub.domain.record import value
from hub.domain.sources.declaration import Part

LIVE: Final = {"scope", "parameters", "path", "pages"}
NAME: Final = re.compile(r"\{([a-z_]+)\}")


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


def live_of(top: Part) -> LiveSpec | None:
    """How the source is asked about one record; null where it cannot be."""
    if "live" not in top.values:
        return None
    live = top.part("live", LIVE)
    asked = LiveSpec(
        scope=live.text_or_none("scope") or "",
        parameters=live.table("parameters"),
        path=live.text_or_none("path"),
        pages=live.whole("pages", 5),
    )
    told = {"key", *names_of(asked.scope)}
    for key, text in (("path", asked.path or ""), *asked.parameters.items()):
        where = key if key == "path" else f"parameters.{key}"
        if not isinstance(text, str):
            raise live.wrong(where, "ต้องเป็นข้อความ", "must be a text")
        for name in names_of(text):
            if name not in told:
                known = ", ".join(sorted(told))
                raise live.wrong(
                    where, f"ไม่รู้จัก {{{name}}} มี {known}", f"{{{name}}} is none of {known}"
                )
    return asked


def filled(pattern: str, told: Mapping[str, str]) -> str:
    """A pattern with what its names stand for."""
    return re.sub(NAME, lambda found: told[found[1]], pattern)


def told_by(pattern: str, text: str) -> Mapping[str, str] | None:
    """What the names of a pattern stand for in a text that is made by it; null where it is not."""
    parts = re.split(NAME, pattern)
    form = "".join(
        f"(?P<{part}>[^/|]+)" if at % 2 else re.escape(part) for at, part in enumerate(parts)
    )
    found = re.fullmatch(form, text)
    return found and found.groupdict()


def names_of(pattern: str) -> list[str]:
    """The names in braces of a pattern, in order."""
    return list(re.findall(NAME, pattern))
