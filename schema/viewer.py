"""Access (การเข้าถึง): the viewer and its permissions."""

import strawberry

from hub.domain.identity import viewer as domain
from hub.domain.identity.viewer import Permission
from resolvers import nodes, webhooks
from resolvers import tasks as task_resolvers
from resolvers import viewer as resolvers_viewer
from schema.agencies import Agency
from schema.areas import Area
from schema.binding import field, output_type, resolver_field
from schema.tasks import Task, TaskCount
from schema.text import Connection
from schema.webhooks import Webhook


@output_type(domain.Viewer)
class Viewer:
    """The authenticated caller of the request (ผู้ใช้งาน)."""

    subject: str = field("Subject at the issuer of the token (ชื่อผู้ใช้งานที่ผู้ออกโทเค็น)")
    agency: Agency | None = resolver_field(
        nodes.agencies_of_records,
        "Agency of the registration, regardless of the token's claims (หน่วยงาน)",
    )
    scopes: list[str] = resolver_field(resolvers_viewer.scopes, "Granted scopes (สิทธิ์)")
    areas: list[Area] = resolver_field(
        resolvers_viewer.areas_of_viewers,
        "Areas whose decisions its agency may take, by the register of today; a steward may act "
        "for every area, which is not listed (พื้นที่ที่ตัดสินใจแทนได้)",
    )
    tasks: Connection[Task] = resolver_field(
        task_resolvers.tasks,
        "What its agency has to do now; a task ends when the thing itself is done (งานของฉัน)",
        kind="Only these kinds (ประเภท)",
        area="Only of this very area (พื้นที่)",
        due_before="Due by then; that day is included (ครบกำหนดภายใน)",
    )
    task_counts: list[TaskCount] = resolver_field(
        task_resolvers.task_counts,
        "How many tasks, by kind; a kind without any is left out (จำนวนงาน)",
    )
    can_act: bool = resolver_field(
        resolvers_viewer.can_act,
        "Whether it may act for a side of the thing: propose, decide, operate (มีสิทธิดำเนินการ)",
        on="Project, issue, area, plan, linkage or source (เรื่อง)",
        scope="Which scope: linkage:propose, linkage:decide or source:operate (สิทธิ์)",
    )
    webhooks: list[Webhook] = resolver_field(
        webhooks.webhooks_of_viewers,
        "Webhooks that it may manage (เว็บฮุก)",
        needs=Permission.MANAGE_WEBHOOKS,
    )


@strawberry.type
class AccessQuery:
    """Root fields about access."""

    viewer: Viewer | None = resolver_field(
        resolvers_viewer.viewer, "The viewer; null if anonymous (ผู้ใช้งาน)"
    )
