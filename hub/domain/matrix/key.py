"""The key of a matrix: its question as canonical JSON, compressed, with a checksum.

Nothing is stored and a read writes nothing. The same question has the same key on every hub, so a
link in an agenda stays valid.
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
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.linkages import LinkageStatus
from hub.domain.lookups import AsOf
from hub.domain.matrix.question import (
    DEFAULT_MEMBER_LIMIT,
    MAX_MEMBERS,
    AgencyRole,
    AreaRole,
    AxisOrder,
    AxisQuestion,
    Counting,
    DimensionKind,
    FactBasis,
    MatrixFilter,
    MatrixQuestion,
    MemberSelector,
)
from hub.domain.plan_rules import MAX_RANK
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.errors import HubError, Invalid, TooCostly

MAX_MATRIX_KEY_LENGTH: Final = 16_000
MAX_UNPACKED_SIZE: Final = 1_000_000


def encode_matrix_key(question: MatrixQuestion) -> str:
    """Return the key of a question; defaults are left out to keep keys short.

    `TooCostly` when the key would be longer than the longest that is decoded.
    """
    data = {
        "r": encode_axis(question.rows),
        "c": encode_axis(question.columns),
        "y": [question.fiscal_years.first.ce, question.fiscal_years.last.ce],
        "f": encode_filter(question.filter),
        "n": None if question.counting is Counting.DISTINCT else question.counting.value,
        "on": question.areas_on and question.areas_on.isoformat(),
        "at": question.as_of and question.as_of.instant and question.as_of.instant.isoformat(),
        "pv": question.as_of and question.as_of.plan_version_id,
        "js": question.as_of and question.as_of.session_id,
        "b": None if question.basis is FactBasis.AGREED else question.basis.value,
    }
    text = json.dumps(drop_empty(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    encoded = text.encode()
    if len(encoded) > MAX_UNPACKED_SIZE:
        raise TooCostly(len(encoded), MAX_UNPACKED_SIZE, "ไบต์ของคำถาม/bytes of a question")
    packed = zlib.compress(encoded, 9, wbits=-15)
    checksummed = zlib.crc32(packed).to_bytes(4, "big") + packed
    key = base64.urlsafe_b64encode(checksummed).decode().rstrip("=")
    if len(key) > MAX_MATRIX_KEY_LENGTH:
        raise TooCostly(
            len(key), MAX_MATRIX_KEY_LENGTH, "อักขระของคีย์เมทริกซ์/characters of a matrix key"
        )
    return key


def decode_matrix_key(key: str, field: str = "key") -> MatrixQuestion:
    """Return the question of a key; `Invalid(field)` when it is truncated, mistyped or forged."""
    try:
        if len(key) > MAX_MATRIX_KEY_LENGTH:
            raise ValueError(key[:40])
        checksummed = base64.b64decode(key + "=" * (-len(key) % 4), altchars=b"-_", validate=True)
        if zlib.crc32(checksummed[4:]).to_bytes(4, "big") != checksummed[:4]:
            raise ValueError(key[:40])
        decompressor = zlib.decompressobj(wbits=-15)
        text = decompressor.decompress(checksummed[4:], MAX_UNPACKED_SIZE)
        if decompressor.unconsumed_tail:
            raise ValueError(key[:40])
        data = json.loads(text)
        return MatrixQuestion(
            rows=decode_axis(data["r"]),
            columns=decode_axis(data["c"]),
            fiscal_years=FiscalYearRange(decode_year(data["y"][0]), decode_year(data["y"][1])),
            filter=decode_filter(data.get("f", {})),
            counting=Counting(data.get("n", "DISTINCT")),
            areas_on=date.fromisoformat(data["on"]) if "on" in data else None,
            as_of=decode_as_of(data),
            basis=FactBasis(data.get("b", "AGREED")),
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise invalid_matrix_key(field) from error
    except (binascii.Error, zlib.error, HubError) as error:
        raise invalid_matrix_key(field) from error


def decode_year(ce: object) -> FiscalYear:
    """Return the fiscal year of a key."""
    if type(ce) is not int:
        raise ValueError(ce)
    return FiscalYear.from_ce(ce)


def decode_as_of(data: dict[str, Any]) -> AsOf | None:
    """Return the knowledge time of a key; null: now."""
    if "at" in data:
        return AsOf.at_instant(datetime.fromisoformat(data["at"]))
    if "js" in data:
        return AsOf(session_id=decode_text(data["js"]))
    return AsOf(plan_version_id=decode_text(data["pv"])) if "pv" in data else None


def invalid_matrix_key(field: str) -> Invalid:
    """Return the error for an invalid key."""
    return Invalid(
        field,
        "คีย์ของเมทริกซ์ไม่ถูกต้องหรือไม่ครบ คัดลอกลิงก์ใหม่ทั้งหมด",
        "the matrix key is invalid or incomplete; copy the whole link again",
    )


def drop_empty(data: dict[str, Any]) -> dict[str, Any]:
    """Return the entries that are neither null nor empty."""
    return {k: v for k, v in data.items() if v is not None and v not in ([], {}, "")}


def to_json_value(raw: Any) -> Any:
    """Return enums by value and tuples as lists."""
    if isinstance(raw, Enum):
        return raw.value
    if isinstance(raw, tuple):
        return [to_json_value(item) for item in raw]
    return raw


def encode_axis(axis: AxisQuestion) -> dict[str, Any]:
    """Return an axis with short keys."""
    selector = axis.members
    members = selector and {
        "ids": to_json_value(selector.ids),
        "codes": to_json_value(selector.codes),
        "level": to_json_value(selector.area_level),
        "kind": to_json_value(selector.agency_kind),
        "under": selector.under,
    }
    return drop_empty(
        {
            "d": axis.dimension.value,
            "m": members and {k: v for k, v in members.items() if v is not None},
            "e": None if axis.include_empty else 0,
            "o": None if axis.order_by is AxisOrder.NATURAL else axis.order_by.value,
            "p": None if axis.order_phase is BudgetPhase.APPROPRIATED else axis.order_phase.value,
            "l": None if axis.limit == DEFAULT_MEMBER_LIMIT else axis.limit,
        }
    )


def decode_axis(data: dict[str, Any]) -> AxisQuestion:
    """Return the axis of a key."""
    selector = data.get("m")
    limit = data.get("l", DEFAULT_MEMBER_LIMIT)
    if type(limit) is not int or not 1 <= limit <= MAX_MEMBERS:
        raise ValueError(limit)
    include_empty = data.get("e", 1)
    if type(include_empty) is not int or include_empty not in (0, 1):
        raise ValueError(include_empty)
    return AxisQuestion(
        dimension=DimensionKind(data["d"]),
        members=None
        if selector is None
        else MemberSelector(
            ids=decode_texts(selector["ids"]) if "ids" in selector else None,
            codes=decode_texts(selector["codes"]) if "codes" in selector else None,
            area_level=AreaLevel(selector["level"]) if "level" in selector else None,
            agency_kind=AgencyKind(selector["kind"]) if "kind" in selector else None,
            under=decode_text(selector["under"]) if "under" in selector else None,
        ),
        include_empty=include_empty == 1,
        order_by=AxisOrder(data.get("o", "NATURAL")),
        limit=limit,
        order_phase=BudgetPhase(data.get("p", BudgetPhase.APPROPRIATED.value)),
    )


def decode_text(text: object) -> str:
    """Return a text that PostgreSQL can store; ValueError for NUL or a lone surrogate."""
    if not isinstance(text, str) or "\0" in text:
        raise ValueError(text)
    text.encode()
    return text


def decode_texts(texts: list[Any]) -> tuple[str, ...]:
    """Return a list of texts."""
    return tuple(decode_text(text) for text in texts)


def encode_filter(matrix_filter: MatrixFilter) -> dict[str, Any]:
    """Return a filter with short keys."""
    return drop_empty(
        {
            "chains": to_json_value(matrix_filter.chains),
            "issues": to_json_value(matrix_filter.issues),
            "areas": to_json_value(matrix_filter.areas),
            "agencies": to_json_value(matrix_filter.agencies),
            "levels": to_json_value(matrix_filter.actor_levels),
            "linked": matrix_filter.linked,
            "status": to_json_value(matrix_filter.linkage_status),
            "funding": to_json_value(matrix_filter.funding),
            "text": matrix_filter.text,
            "ar": None
            if matrix_filter.area_role is AreaRole.PERFORMED_IN
            else matrix_filter.area_role.value,
            "gr": None
            if matrix_filter.agency_role is AgencyRole.OWNER
            else matrix_filter.agency_role.value,
            "central": matrix_filter.without_area,
            "rank": matrix_filter.max_rank,
            "themes": to_json_value(matrix_filter.themes),
        }
    )


def decode_filter(data: dict[str, Any]) -> MatrixFilter:
    """Return the filter of a key."""
    linked, without_area = data.get("linked"), data.get("central")
    for flag in (linked, without_area):
        if flag is not None and type(flag) is not bool:
            raise ValueError(flag)
    max_rank = data.get("rank")
    if max_rank is not None and (type(max_rank) is not int or not 1 <= max_rank <= MAX_RANK):
        raise ValueError(max_rank)
    return MatrixFilter(
        chains=decode_texts(data.get("chains", [])),
        issues=decode_texts(data.get("issues", [])),
        areas=decode_texts(data.get("areas", [])),
        agencies=decode_texts(data.get("agencies", [])),
        actor_levels=tuple(ActorLevel(x) for x in data.get("levels", [])),
        linked=linked,
        linkage_status=tuple(LinkageStatus(x) for x in data.get("status", [])),
        funding=tuple(FundingSource(x) for x in data.get("funding", [])),
        text=decode_text(data["text"]) if "text" in data else None,
        area_role=AreaRole(data.get("ar", "PERFORMED_IN")),
        agency_role=AgencyRole(data.get("gr", "OWNER")),
        without_area=without_area,
        max_rank=max_rank,
        themes=decode_texts(data.get("themes", [])),
    )
