"""Global ids: opaque to clients, but readable: `gid://hub/Project/s37-01`."""

import re
from typing import ClassVar, Final, Protocol

from hub.domain.record import value
from hub.errors import Invalid

MAX_KEY_LENGTH: Final = 18_002
"""The longest key is a cell's: a matrix key (16,000) and two member keys (1,000 each)."""
MAX_ID_LENGTH: Final = len("gid://hub//") + 40 + MAX_KEY_LENGTH
GLOBAL_ID_PATTERN: Final = re.compile(
    rf"gid://hub/([A-Za-z]{{1,40}})/([^\x00-\x1f]{{1,{MAX_KEY_LENGTH}}})"
)


class Identifiable(Protocol):
    """A record that can be fetched by its global id."""

    TYPE: ClassVar[str]

    @property
    def gid(self) -> str:
        """Return the global id."""
        ...


@value
class GlobalId:
    """A type and the key of a record of that type."""

    type: str
    key: str

    def __str__(self) -> str:
        return f"gid://hub/{self.type}/{self.key}"

    @classmethod
    def parse(cls, text: str, field: str = "id", expected: str | None = None) -> "GlobalId":
        """Parse a global id; `Invalid(field)` when malformed or not of the expected type."""
        matched = GLOBAL_ID_PATTERN.fullmatch(text)
        if not matched:
            raise Invalid(
                field,
                "ไม่ใช่รหัสของระบบนี้ รูปแบบคือ gid://hub/<ชนิด>/<รหัส>",
                f"not an id of this hub; ids look like gid://hub/{expected or 'Area'}/<key>",
            )
        if expected and matched[1] != expected:
            raise Invalid(
                field,
                f"รหัสนี้เป็นของ {matched[1]} แต่ต้องเป็นของ {expected}",
                f"this is the id of a {matched[1]}; a {expected} is required",
            )
        return cls(matched[1], matched[2])
