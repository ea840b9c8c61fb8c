"""Global ids: opaque to clients, readable to people: `gid://hub/Project/s37-01`."""

import re
from typing import ClassVar, Final, Protocol

from hub.domain.record import value
from hub.errors import Invalid

MAX_KEY_LENGTH: Final = 18_002
"""The longest key is that of a cell: a matrix key of 16,000, and two members of 1,000 each."""
MAX_ID_LENGTH: Final = len("gid://hub//") + 40 + MAX_KEY_LENGTH
GLOBAL_ID_PATTERN: Final = re.compile(
    rf"gid://hub/([A-Za-z]{{1,40}})/([^\x00-\x1f]{{1,{MAX_KEY_LENGTH}}})"
)


class Identifiable(Protocol):
    """What a client can find again by its id."""

    TYPE: ClassVar[str]

    @property
    def gid(self) -> str:
        """The global id."""
        ...


@value
class GlobalId:
    """A kind of thing and its key within the kind."""

    type: str
    key: str

    def __str__(self) -> str:
        return f"gid://hub/{self.type}/{self.key}"

    @classmethod
    def parse(cls, text: str, field: str = "id", expected: str | None = None) -> "GlobalId":
        """`Invalid(field)` where the text is no global id, or names another kind than expected."""
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
                f"รหัสนี้เป็นของ {matched[1]} แต่ที่นี่ต้องการ {expected}",
                f"this id names a {matched[1]}; a {expected} is wanted here",
            )
        return cls(matched[1], matched[2])
