"""Access (การเข้าถึง): the viewer and its permissions."""

import strawberry

from hub.domain.identity import viewer as domain
from resolvers import nodes
from resolvers import viewer as resolvers_viewer
from schema.agencies import Agency
from schema.binding import field, output_type, resolver_field


@output_type(domain.Viewer)
class Viewer:
    """The authenticated caller of the request (ผู้ใช้งาน)."""

    subject: str = field("Subject at the issuer of the token (ชื่อผู้ใช้งานที่ผู้ออกโทเค็น)")
    agency: Agency | None = resolver_field(
        nodes.agencies_of_records,
        "Agency of the registration, regardless of the token's claims (หน่วยงาน)",
    )
    scopes: list[str] = resolver_field(resolvers_viewer.scopes, "Granted scopes (สิทธิ์)")


@strawberry.type
class AccessQuery:
    """Root fields about access."""

    viewer: Viewer | None = resolver_field(
        resolvers_viewer.viewer, "The viewer; null if anonymous (ผู้ใช้งาน)"
    )
