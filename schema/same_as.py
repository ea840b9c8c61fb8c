"""Assertions that projects are one activity."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import same_as as domain
from resolvers import agreed_facts, same_as
from schema.agencies import Agency
from schema.binding import field, output_type, resolver_field
from schema.linkages import Reason
from schema.node import Node

if TYPE_CHECKING:
    from schema.agreements import Agreement
    from schema.projects import Project

Lazy = strawberry.lazy


@output_type(domain.SameAs)
class SameAs(Node):
    """An assertion that several projects are one activity; it can be undone (การรวมรายการซ้ำ)."""

    version: int = field("Counts changes; send it back as `expectedVersion` (รุ่น)")
    projects: list[Annotated["Project", Lazy("schema.projects")]] = resolver_field(
        same_as.projects_of_assertions, "The projects, the one that is kept first (โครงการ)"
    )
    keep: Annotated["Project", Lazy("schema.projects")] = resolver_field(
        same_as.keep, "The project as which all of them are counted (โครงการหลัก)"
    )
    reasons: list[Reason] = field(
        "Why: STATED is the reason of who asserted it, UNDONE of who undid it, the others what the "
        "records have in common (เหตุผล)"
    )
    by: Agency | None = resolver_field(
        same_as.by, "Agency that asserted it; null: sources name each other (ผู้ยืนยัน)"
    )
    agreement: Annotated["Agreement", Lazy("schema.agreements")] | None = resolver_field(
        agreed_facts.agreements_of_assertions,
        "The agreement it comes from; null: none, or not visible to you (ข้อตกลง)",
    )
    created_at: datetime = field("When it was created (สร้างเมื่อ)")
    undone_at: datetime | None = field("When it was undone; null: in force (ยกเลิกเมื่อ)")
    undone_by: Agency | None = resolver_field(same_as.undone_by, "Agency that undid it (ผู้ยกเลิก)")
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")
