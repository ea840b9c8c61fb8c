"""Validation of declarations (TOML); every error names the invalid key."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, TypeVar

from hub.domain.record import value
from hub.errors import Invalid

EnumMember = TypeVar("EnumMember", bound=Enum)


@value
class DeclarationTable:
    """A table of a declaration with its path, so that errors name the full key."""

    file: str
    path: str
    values: Mapping[str, Any]
    keys: set[str]

    def __post_init__(self) -> None:
        for key in self.values.keys() - self.keys:
            raise self.invalid(key, "ไม่รู้จักคีย์นี้", f"unknown key; use {', '.join(sorted(self.keys))}")

    def invalid(self, key: str, th: str, en: str) -> Invalid:
        """Return the error for a key."""
        name = f"{self.path}{key}"
        return Invalid(f"{self.file} {name}", th, en)

    def subtable(self, key: str, keys: set[str]) -> "DeclarationTable":
        """Return a nested table; empty when absent."""
        return DeclarationTable(self.file, f"{self.path}{key}.", self.raw_table(key), keys)

    def subtables(self, key: str, keys: set[str]) -> "Iterator[DeclarationTable]":
        """Yield the tables of a list of tables; none when absent."""
        found = self.values.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
            raise self.invalid(key, "ต้องเป็นรายการตาราง", "must be a list of tables")
        for number, item in enumerate(found):
            yield DeclarationTable(self.file, f"{self.path}{key}[{number}].", item, keys)

    def raw_table(self, key: str) -> Mapping[str, Any]:
        """Return a table without validation of its keys; empty when absent."""
        found = self.values.get(key, {})
        if not isinstance(found, Mapping):
            raise self.invalid(key, "ต้องเป็นตาราง", "must be a table")
        return found

    def optional_text(self, key: str) -> str | None:
        """Return a text, or null when absent."""
        found = self.values.get(key)
        if found is not None and (not isinstance(found, str) or not found.strip()):
            raise self.invalid(key, "ต้องเป็นข้อความ", "must be a text")
        return found

    def required_text(self, key: str) -> str:
        """Return a text; `Invalid` when absent."""
        if (found := self.optional_text(key)) is None:
            raise self.invalid(key, "ต้องมีค่านี้", "is missing")
        return found

    def enum_member(
        self, key: str, kind: type[EnumMember], default: EnumMember | None = None
    ) -> EnumMember:
        """Return the enum member of a value; the default when absent."""
        raw = self.values.get(key)
        if raw is None and default is not None:
            return default
        for member in kind:
            if member.value == raw:
                return member
        names = ", ".join(str(member.value) for member in kind)
        raise self.invalid(key, f"ต้องเป็นหนึ่งใน {names}", f"must be one of {names}")

    def boolean(self, key: str) -> bool:
        """Return true or false; false when absent."""
        found = self.values.get(key, False)
        if not isinstance(found, bool):
            raise self.invalid(key, "ต้องเป็น true หรือ false", "must be true or false")
        return found

    def positive_integer(self, key: str, default: int) -> int:
        """Return a whole number of at least 1; the default when absent."""
        found = self.values.get(key, default)
        if not isinstance(found, int) or isinstance(found, bool) or found < 1:
            raise self.invalid(key, "ต้องเป็นจำนวนเต็มตั้งแต่ 1", "must be a whole number of at least 1")
        return found

    def fraction(self, key: str) -> float:
        """Return a number from 0 to 1; `Invalid` when absent."""
        found = self.values.get(key)
        if not isinstance(found, int | float) or isinstance(found, bool) or not 0 <= found <= 1:
            raise self.invalid(key, "ต้องเป็นสัดส่วน 0 ถึง 1", "must be a number from 0 to 1")
        return float(found)

    def text_set(self, key: str) -> frozenset[str]:
        """Return a list of texts as a set; empty when absent."""
        found = self.values.get(key, [])
        if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
            raise self.invalid(key, "ต้องเป็นรายการข้อความ", "must be a list of texts")
        return frozenset(found)

    def integer_range(self, key: str) -> Iterator[tuple[int, int]]:
        """Yield a pair of whole numbers, the lesser first; nothing when absent."""
        if (found := self.values.get(key)) is None:
            return
        if not isinstance(found, list) or [type(end) for end in found] != [int, int]:
            raise self.invalid(key, "ต้องเป็นคู่จำนวนเต็ม", "must be a pair of whole numbers")
        if found[0] > found[1]:
            raise self.invalid(key, "ค่าแรกต้องไม่มากกว่าค่าที่สอง", "must have the lesser number first")
        yield found[0], found[1]
