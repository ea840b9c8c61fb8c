"""Read the objects of a plan's JSON, with the path of what is wrong."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, TypeVar

from hub.domain.global_id import GlobalId
from hub.domain.text import LocalizedText
from hub.errors import Invalid

Item = TypeVar("Item")
Member = TypeVar("Member", bound=Enum)


class JsonReader:
    """An object of the JSON, with its path; a key that nothing reads is an error."""

    def __init__(self, value: Any, path: str) -> None:
        if not isinstance(value, Mapping):
            raise wrong(path, "วัตถุ {…}", "an object {…}")
        self._value = value
        self._path = path
        self._read: set[str] = set()

    def at(self, key: str) -> str:
        """Return the path of a key."""
        return f"{self._path}.{key}" if self._path else key

    def get(self, key: str) -> Any:
        """Return the value of a key; null when it is absent."""
        self._read.add(key)
        return self._value.get(key)

    def string(self, key: str) -> str | None:
        """Return an optional string; an empty one is null."""
        found = self.get(key)
        if found is not None and not isinstance(found, str):
            raise wrong(self.at(key), "ข้อความ", "a string")
        return found.strip() or None if found else None

    def required(self, key: str) -> str:
        """Return a string that must be there."""
        found = self.string(key)
        if found is None:
            raise wrong(self.at(key), "ข้อความ และเว้นว่างไม่ได้", "a string, and not empty")
        return found

    def whole(self, key: str) -> int | None:
        """Return an optional whole number."""
        found = self.get(key)
        if found is not None and (not isinstance(found, int) or isinstance(found, bool)):
            raise wrong(self.at(key), "จำนวนเต็ม", "a whole number")
        return found

    def number(self, key: str) -> Decimal | None:
        """Return an optional exact number: a string or a whole number, never a float."""
        found = self.get(key)
        if found is None:
            return None
        try:
            number = Decimal(found) if isinstance(found, str | int) else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite() or isinstance(found, bool):
            raise wrong(self.at(key), 'ตัวเลขเป็นข้อความ เช่น "1250.50"', 'a number, as "1250.50"')
        return number

    def text(self, key: str) -> LocalizedText | None:
        """Return an optional text in one or both languages."""
        found = self.get(key)
        if not isinstance(found, Mapping):
            th = self.string(key)
            return LocalizedText(th) if th else None
        part = JsonReader(found, self.at(key))
        text = LocalizedText(part.required("th"), part.string("en"))
        part.finish()
        return text

    def name(self, key: str = "name") -> LocalizedText:
        """Return a text that must be there."""
        found = self.text(key)
        if found is None:
            raise wrong(self.at(key), "ข้อความ และเว้นว่างไม่ได้", "a text, and not empty")
        return found

    def member(self, key: str, kind: type[Member]) -> Member | None:
        """Return an optional member of an enum."""
        found = self.string(key)
        if found is not None and found not in kind.__members__:
            names = ", ".join(kind.__members__)
            raise wrong(self.at(key), f"ค่าหนึ่งใน {names}", f"one of {names}")
        return kind[found] if found else None

    def key(self, key: str, *types: str) -> str | None:
        """Return the local id of an optional global id of one of the types."""
        found = self.string(key)
        if found is None:
            return None
        parsed = GlobalId.parse(found, self.at(key))
        if parsed.type not in types:
            raise wrong(self.at(key), f"id ของ {types[0]}", f"an id of {' or '.join(types)}")
        return parsed.key

    def list(self, key: str, parse: Callable[["JsonReader"], Item]) -> tuple[Item, ...]:
        """Return the parsed objects of an optional list."""
        found = self.get(key)
        if found is None:
            return ()
        if not isinstance(found, list):
            raise wrong(self.at(key), "รายการ […]", "a list […]")
        parsed = []
        for i, one in enumerate(found):
            reader = JsonReader(one, f"{self.at(key)}.{i}")
            parsed.append(parse(reader))
            reader.finish()
        return tuple(parsed)

    def ids(self, key: str, type_name: str) -> tuple[str, ...]:
        """Return the local ids of an optional list of global ids."""
        found = self.get(key) or []
        if not isinstance(found, list):
            raise wrong(self.at(key), "รายการ […]", "a list […]")
        return tuple(
            GlobalId.parse(str(one), f"{self.at(key)}.{i}", type_name).key
            for i, one in enumerate(found)
        )

    def finish(self) -> None:
        """Raise `Invalid` for a key that nothing has read: it would be lost without a word."""
        for key in self._value:
            if key not in self._read:
                raise Invalid(
                    self.at(str(key)),
                    f"ไม่รู้จักช่องนี้ ช่องที่ใช้ได้คือ {', '.join(sorted(self._read))}",
                    f"is unknown; the fields are {', '.join(sorted(self._read))}",
                )


def wrong(path: str, th: str, en: str) -> Invalid:
    """Return the error of a value that is not what is expected."""
    return Invalid(path or "plan", f"ต้องเป็น{th}", f"must be {en}")
