"""The feed of changes (การติดตามการเปลี่ยนแปลง): lists and subscriptions."""

from collections.abc import AsyncIterator
from datetime import datetime

import strawberry

from hub.domain import changes as domain
from hub.domain.changes import ChangeTopic
from resolvers import changes as resolvers_changes
from schema import matrix_filter
from schema.agencies import Agency
from schema.binding import field, output_type, resolver_field, subscription_field
from schema.linkages import Linkage
from schema.node import Node

CURSOR = "Position in the list; send it as `after` to continue after this change (เคอร์เซอร์)"
NEXT = (
    "Send it as `after` to continue; the same as before if there was nothing new, but replaced "
    "after 30 days: always use the latest (เคอร์เซอร์)"
)
AFTER = "Cursor of the last answer; from `since` when absent (เคอร์เซอร์)"
MISSED = "Cursor of the last change received; missed changes are sent first (เคอร์เซอร์)"
TOPICS = "Only these; default: all (หัวข้อ)"
AREA = "Only about this area and below (พื้นที่)"
SINCE = "Only changes since then; default: all that are stored, at least 90 days (ตั้งแต่)"


@output_type(domain.FeedChange, name="LinkageChange")
class LinkageChangeEvent:
    """One change of a linkage (การเปลี่ยนแปลงความเชื่อมโยง)."""

    cursor: str = field(CURSOR)
    at: datetime = field("When (เมื่อ)")
    id: strawberry.ID = field("Global id of the linkage (รหัสความเชื่อมโยง)")
    version: int = field("Its version after the change (รุ่น)")
    linkage: Linkage | None = resolver_field(
        resolvers_changes.linkages_of_changes,
        "The linkage as it is now; null: gone, or no longer visible to you (ความเชื่อมโยง)",
    )


@output_type(domain.ChangeList, name="LinkageChanges")
class LinkageChangeList:
    """Changes of linkages, each once, in order (รายการเปลี่ยนแปลงความเชื่อมโยง)."""

    changes: list[LinkageChangeEvent] = field("The changes (การเปลี่ยนแปลง)")
    cursor: str = field(NEXT)
    more: bool = field("Whether there are more already (มีต่อ)")


@output_type(domain.FeedChange, name="Change")
class FeedChange:
    """That one thing changed: which, not how; fetch it to see (การเปลี่ยนแปลง)."""

    cursor: str = field(CURSOR)
    at: datetime = field("When (เมื่อ)")
    topic: ChangeTopic = field("What it is about (หัวข้อ)")
    id: strawberry.ID = field("Global id of the thing (รหัส)")
    version: int | None = field("Its version after the change; null: it has none (รุ่น)")
    subject: Node | None = resolver_field(
        resolvers_changes.subjects_of_changes,
        "The thing as it is now; null: gone, or no longer visible to you (สิ่งที่เปลี่ยน)",
    )
    by: Agency | None = resolver_field(
        resolvers_changes.agencies_of_changes,
        "Agency that changed it; null: a source, or not visible to you (ผู้เปลี่ยน)",
    )


@output_type(domain.ChangeList)
class ChangeList:
    """Changes, each once, in order (รายการเปลี่ยนแปลง)."""

    changes: list[FeedChange] = field("The changes (การเปลี่ยนแปลง)")
    cursor: str = field(NEXT)
    more: bool = field("Whether there are more already (มีต่อ)")


@strawberry.type
class ChangeQuery:
    """Root fields about changes."""

    linkage_changes: LinkageChangeList | None = resolver_field(
        resolvers_changes.linkage_changes,
        "Every change of linkages you may see, each once, in order. Without `after` and `since`: "
        "all that are stored (การเปลี่ยนแปลงความเชื่อมโยง)",
        after=AFTER,
        since=SINCE,
        filter=f"{matrix_filter.FILTER_DESCRIPTION}; a linkage that is gone is always reported",
    )
    changes: ChangeList | None = resolver_field(
        resolvers_changes.changes,
        "Every change of these topics you may see, each once, in order (การเปลี่ยนแปลง)",
        topics=TOPICS,
        area=AREA,
        after=AFTER,
        since=SINCE,
    )


@strawberry.type
class ChangeSubscription:
    """Subscriptions to changes."""

    linkage_events: AsyncIterator[LinkageChangeEvent] = subscription_field(
        resolvers_changes.linkage_events,
        LinkageChangeEvent,
        "Changes of linkages, each once, in order (การเปลี่ยนแปลงความเชื่อมโยง)",
        filter=f"{matrix_filter.FILTER_DESCRIPTION}; a linkage that is gone is always reported",
        after=MISSED,
    )
    change_events: AsyncIterator[FeedChange] = subscription_field(
        resolvers_changes.change_events,
        FeedChange,
        "Changes of these topics, each once, in order (การเปลี่ยนแปลง)",
        topics="Only these (หัวข้อ)",
        area=AREA,
        after=MISSED,
    )
