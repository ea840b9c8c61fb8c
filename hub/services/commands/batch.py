"""What commands with a list of items share: the size of the list, and errors of an item."""

from dataclasses import replace

from hub.domain.linkage_commands import MAX_BATCH_SIZE
from hub.domain.user_errors import UserError, to_user_error
from hub.errors import HubError, TooMany
from hub.services.commands.execute import Refused


def check_size(count: int) -> None:
    """Raise `Refused` with TOO_MANY for more than `MAX_BATCH_SIZE` items."""
    if count > MAX_BATCH_SIZE:
        error = TooMany(
            f"ส่งได้ไม่เกิน {MAX_BATCH_SIZE} รายการต่อคำสั่ง แต่ส่งมา {count:,} "
            f"· at most {MAX_BATCH_SIZE} items per command, not {count:,}; split the batch"
        )
        raise Refused([to_user_error(error)])


def build_item_error(
    index: int, error: HubError, current_gid: str | None = None
) -> list[UserError]:
    """Return an expected error of an item, whose field begins with the item's path."""
    found = to_user_error(error, current_gid)
    path = ["input", "items", str(index), *(found.field or [])]
    return [replace(found, field=path)]
