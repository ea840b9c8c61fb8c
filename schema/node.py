"""What can be found again by its id."""

import strawberry

from schema.binding import field


@strawberry.interface(description="Anything with an id of its own (สิ่งที่มีรหัส)")
class Node:
    """The interface; every class that implements it is `@describes` a record with a `gid`."""

    gid: strawberry.ID = field("Global id (รหัสกลาง), opaque to clients", name="id")
