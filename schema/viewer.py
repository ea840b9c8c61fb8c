"""Access (การเข้าถึง): who is asking, and what they were granted."""

import strawberry

from hub.domain.identity import viewer as domain
from resolvers import nodes
from resolvers import viewer as resolvers_viewer
from schema.agencies import Agency
from schema.binding import field, output_type, resolver_field


@output_type(domain.Viewer)
class Viewer:
    """Whom a request's token speaks for (ผู้ใช้งาน)."""

    subject: str = field("Its name at whoever issued the token (ชื่อผู้ใช้งานที่ผู้ออกโทเค็น)")
    agency: Agency | None = resolver_field(
        nodes.agencies_of_records,
        "The agency it belongs to: that of the registration, whatever a token claims (หน่วยงาน)",
    )
    scopes: list[str] = resolver_field(resolvers_viewer.scopes, "What it was granted (สิทธิ์)")


@strawberry.type
class AccessQuery:
    """Root fields about access."""

    viewer: Viewer | None = resolver_field(
        resolvers_viewer.viewer, "Who is asking; null where nobody is signed in (ผู้ใช้งาน)"
    )
