"""Anything by its id."""

import strawberry

from resolvers import nodes
from schema.binding import resolved
from schema.node import Node


@strawberry.type
class NodeQuery:
    """Root fields about anything with an id."""

    node: Node | None = resolved(
        nodes.node, "Anything by its id; null where there is none (สิ่งที่มีรหัสนี้)"
    )
    nodes: list[Node | None] = resolved(
        nodes.nodes,
        "Anything by its ids, in their order, null where there is none (สิ่งที่มีรหัสเหล่านี้)",
        ids="Global ids, at most 100 (รหัสกลาง)",
    )
