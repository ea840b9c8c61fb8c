"""Pages with keyset cursors: at most 100 items a page; the total may be unknown."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

from hub.domain.record import record, value
from hub.errors import Invalid

MAX_PAGE_SIZE: Final = 100
Item = TypeVar("Item")
SortKey = tuple[str | int | None, ...]


@value
class PageRequest:
    """A requested page: the `first` items after the sort key of a cursor."""

    first: int
    after: SortKey | None = None

    @classmethod
    def from_arguments(
        cls, first: int, after: str | None, shape: tuple[type, ...] = (str, str)
    ) -> "PageRequest":
        """Parse paging arguments; `shape` is the types of the sort key.

        `Invalid("first")` outside 0-100, `Invalid("after")` when the cursor is not one of this
        list.
        """
        if not 0 <= first <= MAX_PAGE_SIZE:
            raise Invalid(
                "first",
                f"ขอได้ครั้งละ 0–{MAX_PAGE_SIZE} รายการ แล้วใช้ after ขอหน้าถัดไป",
                f"must be from 0 to {MAX_PAGE_SIZE}; use `after` to get the next page",
            )
        return cls(first, None if after is None else decode_cursor(after, shape))


def encode_cursor(key: SortKey) -> str:
    """Return the cursor of a sort key; it is opaque to clients."""
    packed = json.dumps(key, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_cursor(cursor: str, shape: tuple[type, ...]) -> SortKey:
    """Return the sort key of a cursor; `Invalid("after")` when it is not one of this list."""
    try:
        if len(cursor) > 4000:
            raise ValueError(cursor[:40])
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        is_valid = (
            isinstance(key, list)
            and len(key) == len(shape)
            and all(type(part) is kind for part, kind in zip(key, shape, strict=True))
            and all(b"\0" not in part.encode() for part in key if isinstance(part, str))
            and all(abs(part) < 2**62 for part in key if isinstance(part, int))
        )
        if not is_valid:
            raise ValueError(cursor[:40])
        return tuple(key)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise Invalid(
            "after",
            "เคอร์เซอร์นี้ไม่ใช่ของรายการนี้ ใช้ค่า endCursor จากหน้าก่อน",
            "not a cursor of this list; use `endCursor` of the previous page",
        ) from error


@value
class PageInfo:
    """Whether there are more items, and the first and last cursor of the page."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


Total = int | Callable[[], Awaitable[int]] | None
"""The number of items of a list, or how to count them."""


@record
class Edge(Generic[Item]):
    """An item with its cursor."""

    cursor: str
    node: Item


@record
class Connection(Generic[Item]):
    """One page of an ordered list.

    `total` is the number of all items: known, to be counted when it is asked for, or null when
    nothing counts it.
    """

    edges: Sequence[Edge[Item]]
    page_info: PageInfo
    total: Total

    @property
    def nodes(self) -> Sequence[Item]:
        """Return the items without their cursors."""
        return [edge.node for edge in self.edges]


def build_connection(
    items: Sequence[Item],
    page: PageRequest,
    key: Callable[[Item], SortKey],
    total: Total = None,
) -> Connection[Item]:
    """Return a page from up to `first + 1` items; the extra item means there is a next page.

    A first page without a next one is the whole list, so it needs no count.
    """
    if page.after is None and len(items) <= page.first and page.first > 0:
        total = len(items)
    page_items = items[: page.first]
    edges = [Edge(encode_cursor(key(item)), item) for item in page_items]
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


def slice_page(
    items: Sequence[Item], page: PageRequest, key: Callable[[Item], SortKey]
) -> Connection[Item]:
    """Return a page of a whole list that is in memory, in its order; its total is known."""
    start = 0
    if page.after is not None:
        start = next((n for n, one in enumerate(items, 1) if key(one) == page.after), len(items))
    return build_connection(items[start : start + page.first + 1], page, key, len(items))
