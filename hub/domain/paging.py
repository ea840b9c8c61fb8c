"""Pages: keyset cursors, at most 100 a page, a total that may be unknown."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from hub.domain.record import record, value
from hub.errors import Invalid

LARGEST: Final = 100
Item = TypeVar("Item")
Key = tuple[str | int | None, ...]


@value
class Page:
    """How much is asked for: `first` items after the key of a cursor."""

    first: int
    after: Key | None = None

    @classmethod
    def ask(cls, first: int, after: str | None, shape: tuple[type, ...] = (str, str)) -> "Page":
        """`Invalid("first")` outside 0-100, `Invalid("after")` for a cursor we did not give."""
        if not 0 <= first <= LARGEST:
            raise Invalid(
                "first",
                f"ขอได้ครั้งละ 0–{LARGEST} รายการ แล้วใช้ after ขอหน้าถัดไป",
                f"ask for 0 to {LARGEST} at a time, then for the next page with `after`",
            )
        return cls(first, None if after is None else read_cursor(after, shape))


def write_cursor(key: Key) -> str:
    """Opaque to clients: the sort key of one item."""
    packed = json.dumps(key, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(cursor: str, shape: tuple[type, ...]) -> Key:
    """The sort key of a cursor of ours; `Invalid("after")` for anything else."""
    try:
        if len(cursor) > 4000:
            raise ValueError(cursor[:40])
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        fits = (
            isinstance(key, list)
            and len(key) == len(shape)
            and all(type(part) is kind for part, kind in zip(key, shape, strict=True))
            and all(b"\0" not in part.encode() for part in key if isinstance(part, str))
            and all(abs(part) < 2**62 for part in key if isinstance(part, int))
        )
        if not fits:
            raise ValueError(cursor[:40])
        return tuple(key)
    except (ValueError, binascii.Error, RecursionError) as odd:
        raise Invalid(
            "after",
            "เคอร์เซอร์นี้ไม่ใช่ของรายการนี้ ใช้ค่า endCursor จากหน้าก่อน",
            "not a cursor of this list; use `endCursor` of the page before",
        ) from odd


@value
class PageInfo:
    """Whether there is more, and where this page starts and ends."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@record
class Edge(Generic[Item]):
    """One item with its cursor."""

    cursor: str
    node: Item


@record
class Connection(Generic[Item]):
    """One page of a list, ordered; `total_count` is null where counting was not worth its price."""

    edges: Sequence[Edge[Item]]
    page_info: PageInfo
    total_count: int | None

    @property
    def nodes(self) -> Sequence[Item]:
        """The items without their cursors."""
        return [edge.node for edge in self.edges]


def connect(
    items: Sequence[Item], page: Page, key: Callable[[Item], Key], total: int | None = None
) -> Connection[Item]:
    """One page from up to `first + 1` items: the one too many says that there is more."""
    kept = items[: page.first]
    edges = [Edge(write_cursor(key(item)), item) for item in kept]
    return Connection(
        edges,
        PageInfo(
            has_next_page=len(items) > page.first,
            has_previous_page=page.after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        total,
    )
