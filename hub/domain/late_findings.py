"""STALE findings: sources that were not read as promised (ADR 9), projects that a source lost."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final

from hub.domain.findings import FindingKind, FindingRow
from hub.domain.findings_of_projects import digest_of, project_gid
from hub.domain.global_id import GlobalId
from hub.domain.linkages import Reason
from hub.domain.provenance import Source, SourceHealth
from hub.domain.record import record
from hub.domain.sources.freshness import (
    GRACE_DIVISOR,
    FreshnessStatus,
    compute_freshness_status,
)
from hub.domain.text import Locale, LocalizedText, localized_text
from hub.domain.time import BANGKOK

SEVERITIES: Final = {FreshnessStatus.LATE: 2, FreshnessStatus.STALE: 4, FreshnessStatus.NEVER: 4}
INTERVALS: Final = {
    "HOURLY": ("ทุกชั่วโมง", "every hour"),
    "DAILY": ("ทุกวัน", "every day"),
    "WEEKLY": ("ทุกสัปดาห์", "every week"),
    "MONTHLY": ("ทุกเดือน", "every month"),
}


@record
class LostProject:
    """A project of a source whose complete readings no longer have a record of it."""

    id: str
    source_id: str
    source: LocalizedText
    owner_id: str | None
    source_owner_id: str | None
    areas: tuple[str, ...]
    years: tuple[int, ...]


def find_late_sources(sources: Iterable[Source], at: datetime) -> list[FindingRow]:
    """Return a finding for each source in service that was not read by its promised date.

    A source that is read by hand or not fetched promises no date; one that was never set up is no
    finding.
    """
    found = []
    for one in sources:
        if one.cadence is None or one.cadence.period is None:
            continue
        is_failing = one.health in {SourceHealth.DEGRADED, SourceHealth.DOWN}
        if one.last_success_at is None and not is_failing:
            continue
        status = compute_freshness_status(one.cadence, one.last_success_at, at)
        if status is FreshnessStatus.FRESH:
            continue
        found.append(
            FindingRow(
                id=f"STALE:source:{one.id}",
                kind=FindingKind.STALE,
                severity=SEVERITIES[status],
                summary=localized_text(
                    f"แหล่งข้อมูล “{one.name.th}” ไม่ได้อ่านตามกำหนด",
                    f"The source “{one.name.text(Locale.EN)}” was not read as promised",
                ),
                reasons=(Reason(status.value, describe_promise(one), Decimal(1)),),
                rule_code=None,
                subjects=(one.gid,),
                projects=(),
                areas=(),
                years=(),
                parties=(one.owner_id,) if one.owner_id else (),
                cause=digest_of(status.value, one.last_success_at),
            )
        )
    return found


def describe_promise(source: Source) -> LocalizedText:
    """Return when a source with an interval was last read, and by when it had to be read again."""
    if source.cadence is None or (interval := source.cadence.period) is None:
        raise ValueError(f"{source.id} promises no date")
    every_th, every_en = INTERVALS[source.cadence.value]
    if source.last_success_at is None:
        return localized_text(
            f"กำหนดอ่าน{every_th} แต่ยังไม่เคยอ่านสำเร็จ",
            f"promised {every_en}; no reading has succeeded yet",
        )
    due = source.last_success_at + interval + interval / GRACE_DIVISOR
    last_text, due_text = format_instant(source.last_success_at), format_instant(due)
    return localized_text(
        f"กำหนดอ่าน{every_th} อ่านสำเร็จล่าสุด {last_text.th} จึงต้องอ่านอีกภายใน {due_text.th}",
        f"promised {every_en}; last read {last_text.text(Locale.EN)}, so it was due by "
        f"{due_text.text(Locale.EN)}",
    )


def format_instant(at: datetime) -> LocalizedText:
    """Return a day and time in Bangkok; the Thai text has the Buddhist year."""
    local = at.astimezone(BANGKOK)
    day = f"{local.day}/{local.month}/{local.year + 543}"
    return localized_text(f"{day} {local:%H:%M} น.", f"{local:%Y-%m-%d %H:%M} (Bangkok)")


def find_lost_projects(projects: Iterable[LostProject]) -> list[FindingRow]:
    """Return a finding for each project that the readings of its source no longer have."""
    return [
        FindingRow(
            id=f"STALE:{one.id}",
            kind=FindingKind.STALE,
            severity=3,
            summary=localized_text(
                f"แหล่งข้อมูล “{one.source.th}” ไม่มีระเบียนของโครงการนี้แล้ว ข้อมูลเป็นของการอ่านครั้งก่อน",
                f"The source “{one.source.text(Locale.EN)}” no longer has a record of this "
                "project; what is stored is of an earlier reading",
            ),
            reasons=(
                Reason(
                    "NOT_READ_AGAIN",
                    localized_text(
                        "อ่านระเบียนอื่นของแหล่งนี้อีกครั้งแล้ว แต่ไม่พบระเบียนของโครงการนี้ "
                        "โครงการยังอยู่เพราะมีงานของคนอ้างถึง",
                        "other records of the source were read again and this one was not; the "
                        "project remains because people's work refers to it",
                    ),
                    Decimal(1),
                ),
            ),
            rule_code=None,
            subjects=(project_gid(one.id), source_gid(one.source_id)),
            projects=(one.id,),
            areas=one.areas,
            years=one.years,
            parties=tuple(sorted({key for key in (one.owner_id, one.source_owner_id) if key})),
            cause=digest_of("NOT_READ_AGAIN", one.source_id),
        )
        for one in projects
    ]


def source_gid(key: str) -> str:
    """Return the global id of a source."""
    return str(GlobalId(Source.TYPE, key))
