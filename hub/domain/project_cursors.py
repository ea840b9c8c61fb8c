"""Cursors of ordered lists of projects: a cursor is valid in the order that it was made for."""

from hub.domain.paging import PageRequest
from hub.domain.projects import Direction, ProjectOrder, ProjectOrderField
from hub.errors import Invalid


def list_order_cursor_types(order: ProjectOrder) -> tuple[type, ...]:
    """Return the types of a cursor's parts; those of other orders than NAME begin with a mark."""
    match order.by:
        case ProjectOrderField.NAME if order.direction is Direction.ASC:
            return (str, str)
        case ProjectOrderField.NAME:
            return (str, str, str)
        case _:
            return (str, int, str, str)


def order_mark(order: ProjectOrder) -> tuple[str, ...]:
    """Return what the cursors of an order begin with: a cursor of another order is refused."""
    if order == ProjectOrder():
        return ()
    phase = order.phase.value if order.by is ProjectOrderField.AMOUNT else ""
    return (f"{order.by.value} {phase} {order.direction.value}",)


def page_of_order(first: int, after: str | None, order: ProjectOrder) -> PageRequest:
    """Return the page of a list in an order, its cursor without the mark.

    `Invalid("after")` for a cursor of another order.
    """
    page = PageRequest.from_arguments(first, after, list_order_cursor_types(order))
    mark = order_mark(order)
    if page.after is None:
        return page
    if page.after[: len(mark)] != mark:
        raise Invalid(
            "after",
            "เคอร์เซอร์นี้เป็นของรายการที่เรียงแบบอื่น ใช้ค่า endCursor จากหน้าก่อนของการเรียงเดียวกัน",
            "a cursor of another order; use `endCursor` of the previous page in the same order",
        )
    return PageRequest(page.first, page.after[len(mark) :])
