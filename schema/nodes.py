"""Records of any type by id."""

import strawberry

from resolvers import nodes
from schema.binding import resolver_field
from schema.node import Node


@strawberry.type
class NodeQuery:
    """Root fields of records of any type."""

    node: Node | None = resolver_field(
        nodes.node,
        "The record with an id; null if there is none (ข้อมูลที่มีรหัสนี้)",
        with_selection=True,
    )
    nodes: list[Node | None] = resolver_field(
        nodes.nodes,
        "The records with these ids, in the same order, null if there is none (ข้อมูลที่มีรหัสเหล่านี้)",
        ids="Global ids, at most 100 (รหัสกลาง)",
    )
