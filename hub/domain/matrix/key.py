"""The key of a matrix: its question, canonical and compressed, with a checksum.

No table and no write on a read: the same question has the same key on every hub, so a link in an
agenda keeps its meaning.
"""

import base64
import binascii
import json
import zlib
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from hub.domain.agencies import ActorLevel, AgencyKind
from hub.domain.areas import AreaLevel
from hub.domain.budget import FundingSource
from hub.domain.linkages import LinkageStatus
from hub.domain.lookups import AsOf
from hub.domain.matrix.question import (
    MEMBERS_AT_MOST,
    MEMBERS_SHOWN,
    AgencyRole,
    AreaRole,
    AxisOrder,
    AxisQuestion,
    Counting,
    DimensionKind,
    MatrixFilter,
    MatrixQuestion,
    MemberSelector,
)
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.errors import HubError, Invalid, TooCostly

LONGEST: Final = 16_000
UNPACKED: Final = 1_000_000


def write_key(question: MatrixQuestion) -> str:
    """The key of a question; what is at its default is left out, so keys stay short.

    `TooCostly` where it would be longer than a key we read back.
    """
    told = {
        "r": axis_told(question.rows),
        "c": axis_told(question.columns),
        "y": [question.fiscal_years.first.ce, question.fiscal_years.last.ce],
        "f": filter_told(question.filter),
        "n": None if question.counting is Counting.DISTINCT else question.counting.value,
        "on": question.areas_on and question.areas_on.isoformat(),
        "at": question.as_of and question.as_of.instant and question.as_of.instant.isoformat(),
        "pv": question.as_of and question.as_of.plan_version_id,
    }
    text = json.dumps(sparse(told), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    plainly = text.encode()
    if len(plainly) > UNPACKED:
        raise TooCostly(len(plainly), UNPACKED, "ไบต์ของคำถาม/bytes of a question")
    packed = zlib.compress(plainly, 9, wbits=-15)
    sealed = zlib.crc32(packed).to_bytes(4, "big") + packed
    key = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    if len(key) > LONGEST:
        raise TooCostly(len(key), LONGEST, "อักขระของคีย์เมทริกซ์/characters of a matrix key")
    return key


def read_key(key: str, field: str = "key") -> MatrixQuestion:
    """The question of a key of ours; `Invalid(field)` for one that was cut, mistyped or made up."""
    try:
        if len(key) > LONGEST:
            raise ValueError(key[:40])
        sealed = base64.b64decode(key + "=" * (-len(key) % 4), altchars=b"-_", validate=True)
        if zlib.crc32(sealed[4:]).to_bytes(4, "big") != sealed[:4]:
            raise ValueError(key[:40])
        unpacker = zlib.decompressobj(wbits=-15)
        text = unpacker.decompress(sealed[4:], UNPACKED)
        if unpacker.unconsumed_tail:
            raise ValueError(key[:40])
        told = json.loads(text)
        return MatrixQuestion(
            rows=axis_read(told["r"]),
            columns=axis_read(told["c"]),
            fiscal_years=FiscalYearRange(year_read(told["y"][0]), year_read(told["y"][1])),
            filter=filter_read(told.get("f", {})),
            counting=Counting(told.get("n", "DISTINCT")),
            areas_on=date.fromisoformat(told["on"]) if "on" in told else None,
            as_of=as_of_read(told),
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as odd:
        raise unreadable(field) from odd
    except (binascii.Error, zlib.error, HubError) as odd:
        raise unreadable(field) from odd


def year_read(ce: object) -> FiscalYear:
    """A fiscal year of a key."""
    if type(ce) is not int:
        raise ValueError(ce)
    return FiscalYear.of_ce(ce)


def as_of_read(told: dict[str, Any]) -> AsOf | None:
    """The moment of knowledge of a key; null: now."""
    if "at" in told:
        return AsOf.clock(datetime.fromisoformat(told["at"]))
    return AsOf(plan_version_id=word(told["pv"])) if "pv" in told else None


def unreadable(field: str) -> Invalid:
    """What is said of a key that is not ours."""
    return Invalid(
        field,
        "คีย์ของเมทริกซ์ไม่ถูกต้องหรือไม่ครบ คัดลอกลิงก์ใหม่ทั้งหมด",
        "not a matrix key of this hub, or cut short; copy the whole link again",
    )


def sparse(told: dict[str, Any]) -> dict[str, Any]:
    """Without what is absent."""
    return {k: v for k, v in told.items() if v is not None and v not in ([], {}, "")}


def plain(held: Any) -> Any:
    """Enums by name, tuples as lists."""
    if isinstance(held, Enum):
        return held.value
    if isinstance(held, tuple):
        return [plain(item) for item in held]
    return held


def axis_told(axis: AxisQuestion) -> dict[str, Any]:
    """An axis in few letters."""
    chosen = axis.members
    members = chosen and {
        "ids": plain(chosen.ids),
        "codes": plain(chosen.codes),
        "level": plain(chosen.area_level),
        "kind": plain(chosen.agency_kind),
        "under": chosen.under,
    }
    return sparse(
        {
            "d": axis.dimension.value,
            "m": members and {k: v for k, v in members.items() if v is not None},
            "e": None if axis.include_empty else 0,
            "o": None if axis.order_by is AxisOrder.NATURAL else axis.order_by.value,
            "l": None if axis.limit == MEMBERS_SHOWN else axis.limit,
        }
    )


def axis_read(told: dict[str, Any]) -> AxisQuestion:
    """An axis of a key."""
    chosen = told.get("m")
    limit = told.get("l", MEMBERS_SHOWN)
    if type(limit) is not int or not 1 <= limit <= MEMBERS_AT_MOST:
        raise ValueError(limit)
    empty = told.get("e", 1)
    if type(empty) is not int or empty not in (0, 1):
        raise ValueError(empty)
    return AxisQuestion(
        dimension=DimensionKind(told["d"]),
        members=None
        if chosen is None
        else MemberSelector(
            ids=words(chosen["ids"]) if "ids" in chosen else None,
            codes=words(chosen["codes"]) if "codes" in chosen else None,
            area_level=AreaLevel(chosen["level"]) if "level" in chosen else None,
            agency_kind=AgencyKind(chosen["kind"]) if "kind" in chosen else None,
            under=word(chosen["under"]) if "under" in chosen else None,
        ),
        include_empty=empty == 1,
        order_by=AxisOrder(told.get("o", "NATURAL")),
        limit=limit,
    )


def word(text: object) -> str:
    """A text PostgreSQL can hold; ValueError otherwise, also for half a character."""
    if not isinstance(text, str) or "\0" in text:
        raise ValueError(text)
    text.encode()
    return text


def words(held: list[Any]) -> tuple[str, ...]:
    """A list of texts."""
    return tuple(word(text) for text in held)


def filter_told(asked: MatrixFilter) -> dict[str, Any]:
    """A filter in few letters."""
    return sparse(
        {
            "chains": plain(asked.chains),
            "issues": plain(asked.issues),
            "areas": plain(asked.areas),
            "agencies": plain(asked.agencies),
            "levels": plain(asked.actor_levels),
            "linked": asked.linked,
            "status": plain(asked.linkage_status),
            "funding": plain(asked.funding),
            "text": asked.text,
            "ar": None if asked.area_role is AreaRole.PERFORMED_IN else asked.area_role.value,
            "gr": None if asked.agency_role is AgencyRole.OWNER else asked.agency_role.value,
        }
    )


def filter_read(told: dict[str, Any]) -> MatrixFilter:
    """A filter of a key."""
    linked = told.get("linked")
    if linked is not None and type(linked) is not bool:
        raise ValueError(linked)
    return MatrixFilter(
        chains=words(told.get("chains", [])),
        issues=words(told.get("issues", [])),
        areas=words(told.get("areas", [])),
        agencies=words(told.get("agencies", [])),
        actor_levels=tuple(ActorLevel(x) for x in told.get("levels", [])),
        linked=linked,
        linkage_status=tuple(LinkageStatus(x) for x in told.get("status", [])),
        funding=tuple(FundingSource(x) for x in told.get("funding", [])),
        text=word(told["text"]) if "text" in told else None,
        area_role=AreaRole(told.get("ar", "PERFORMED_IN")),
        agency_role=AgencyRole(told.get("gr", "OWNER")),
    )
