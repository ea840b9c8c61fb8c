"""The `Node` interface."""

import strawberry

from schema.binding import field


@strawberry.interface(description="A record with a global id (ข้อมูลที่มีรหัส)")
class Node:
    """Every implementing class is an `@output_type` of a record with `gid`."""

    gid: strawberry.ID = field("Global id (รหัสกลาง), opaque to clients", name="id")
