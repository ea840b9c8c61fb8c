"""Reading a declaration (TOML): every fault is named by the key it stands at."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, TypeVar

from hub.domain.record import value
from hub.errors import Invalid

Member = TypeVar("Member", bound=Enum)


@value
class Part:
    """One table of a declaration, and where it stands, so that a fault is named in full."""

    file: str
    at: str
    values: Mapping[str, Any]
    keys: set[str]

    def __post_init__(self) -> None:
        for key in self.values.keys() - self.keys:
            raise self.wrong(key, "ไม่รู้จักคีย์นี้", f"unknown key; known: {', '.join(sorted(self.keys))}")

    def wrong(self, key: str, th: str, en: str) -> Invalid:
        """The error that names a key."""
        name = f"{self.at}{key}"
        return Invalid(f"{self.file} {name}", th, en)

    def part(self, key: str, keys: set[str]) -> "Part":
        """A table within this one; empty where it is not there."""
        return Part(self.file, f"{self.at}{key}.", self.table(key), keys)

    def parts(self, key: str, keys: set[str]) -> "Iterator[Part]":
        """The tables of a list of tables; none where it is not there."""
        found = self.values.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
            raise self.wrong(key, "ต้องเป็นรายการตาราง", "must be a list of tables")
        for number, one in enumerate(found):
            yield Part(self.file, f"{self.at}{key}[{number}].", one, keys)

    def table(self, key: str) -> Mapping[str, Any]:
        """A table, as it stands."""
        found = self.values.get(key, {})
        if not isinstance(found, Mapping):
            raise self.wrong(key, "ต้องเป็นตาราง", "must be a table")
        return found

    def text_or_none(self, key: str) -> str | None:
        """A text, or null where the key is not there."""
        found = self.values.get(key)
        if found is not None and (not isinstance(found, str) or not found.strip()):
            raise self.wrong(key, "ต้องเป็นข้อความ", "must be a text")
        return found

    def text(self, key: str) -> str:
        """A text that must be there."""
        if (found := self.text_or_none(key)) is None:
            raise self.wrong(key, "ต้องมีค่านี้", "is missing")
        return found

    def member(self, key: str, kind: type[Member], default: Member | None = None) -> Member:
        """One of an enum's members, by name."""
        written = self.values.get(key)
        if written is None and default is not None:
            return default
        for member in kind:
            if member.value == written:
                return member
        names = ", ".join(str(member.value) for member in kind)
        raise self.wrong(key, f"ต้องเป็นหนึ่งใน {names}", f"must be one of {names}")

    def flag(self, key: str) -> bool:
        """True or false; false where the key is not there."""
        found = self.values.get(key, False)
        if not isinstance(found, bool):
            raise self.wrong(key, "ต้องเป็น true หรือ false", "must be true or false")
        return found

    def whole(self, key: str, default: int) -> int:
        """A whole number of 1 or more."""
        found = self.values.get(key, default)
        if not isinstance(found, int) or isinstance(found, bool) or found < 1:
            raise self.wrong(key, "ต้องเป็นจำนวนเต็มตั้งแต่ 1", "must be a whole number from 1")
        return found

    def share(self, key: str) -> float:
        """A share from 0 to 1 that must be there."""
        found = self.values.get(key)
        if not isinstance(found, int | float) or isinstance(found, bool) or not 0 <= found <= 1:
            raise self.wrong(key, "ต้องเป็นสัดส่วน 0 ถึง 1", "must be a share from 0 to 1")
        return float(found)

    def names(self, key: str) -> frozenset[str]:
        """A list of names; empty where the key is not there."""
        found = self.values.get(key, [])
        if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
            raise self.wrong(key, "ต้องเป็นรายการข้อความ", "must be a list of texts")
        return frozenset(found)

    def range(self, key: str) -> Iterator[tuple[int, int]]:
        """A pair of whole numbers, the lesser first; nothing where the key is not there."""
        if (found := self.values.get(key)) is None:
            return
        if not isinstance(found, list) or [type(end) for end in found] != [int, int]:
            raise self.wrong(key, "ต้องเป็นคู่จำนวนเต็ม", "must be a pair of whole numbers")
        if found[0] > found[1]:
            raise self.wrong(key, "ค่าแรกต้องไม่มากกว่าค่าที่สอง", "has its ends the wrong way round")
        yield found[0], found[1]
