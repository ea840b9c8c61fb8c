"""A matrix key encodes its question; an invalid key is rejected."""

import base64
import hashlib
import json
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.agencies import ActorLevel, AgencyKind
from hub.domain.areas import AreaLevel
from hub.domain.budget import FundingSource
from hub.domain.global_id import GlobalId
from hub.domain.linkages import LinkageStatus
from hub.domain.lookups import AsOf
from hub.domain.matrix.key import MAX_MATRIX_KEY_LENGTH, decode_matrix_key, encode_matrix_key
from hub.domain.matrix.question import (
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
from hub.errors import Invalid, TooCostly

short_text = st.text(st.characters(blacklist_characters="\0", codec="utf-8"), max_size=12)
short_texts = st.lists(short_text, max_size=3).map(tuple)


def sample_tuples(kind: Any) -> Any:
    return st.lists(st.sampled_from(kind), max_size=2, unique=True).map(tuple)


selectors = st.one_of(
    st.none(),
    st.builds(MemberSelector, ids=short_texts),
    st.builds(MemberSelector, codes=short_texts),
    st.builds(MemberSelector, area_level=st.sampled_from(AreaLevel), under=st.none() | short_text),
    st.builds(
        MemberSelector, agency_kind=st.sampled_from(AgencyKind), under=st.none() | short_text
    ),
)
axes = st.builds(
    AxisQuestion,
    dimension=st.sampled_from(DimensionKind),
    members=selectors,
    include_empty=st.booleans(),
    order_by=st.sampled_from(AxisOrder),
    limit=st.integers(1, 1000),
)
filters = st.builds(
    MatrixFilter,
    chains=short_texts,
    issues=short_texts,
    areas=short_texts,
    agencies=short_texts,
    actor_levels=sample_tuples(ActorLevel),
    linked=st.sampled_from([None, True, False]),
    linkage_status=sample_tuples(LinkageStatus),
    funding=sample_tuples(FundingSource),
    text=st.none() | short_text.filter(bool),
    area_role=st.sampled_from(AreaRole),
    agency_role=st.sampled_from(AgencyRole),
)
questions = st.builds(
    MatrixQuestion,
    rows=axes,
    columns=axes,
    fiscal_years=st.integers(1990, 2040).map(
        lambda ce: FiscalYearRange(FiscalYear(ce), FiscalYear(ce + 3))
    ),
    filter=filters,
    counting=st.sampled_from(Counting),
    areas_on=st.none() | st.dates(),
    as_of=st.one_of(
        st.none(),
        st.datetimes(timezones=st.just(UTC)).map(lambda at: AsOf(instant=at)),
        short_text.filter(bool).map(lambda key: AsOf(plan_version_id=key)),
    ),
)


@given(questions)
def test_key_round_trips_its_question(question: MatrixQuestion) -> None:
    assert decode_matrix_key(encode_matrix_key(question)) == question


@given(questions, st.data())
def test_key_with_one_changed_letter_is_rejected(
    question: MatrixQuestion, data: st.DataObject
) -> None:
    key = encode_matrix_key(question)
    at = data.draw(st.integers(0, len(key) - 2))
    letter = data.draw(st.sampled_from("ABCdef012-_").filter(lambda x: x != key[at]))
    with pytest.raises(Invalid):
        decode_matrix_key(key[:at] + letter + key[at + 1 :])


@pytest.mark.parametrize("key", ["", "A", "nonsense", "=" * 9, "ก", "A" * 20_000, "\0"])
def test_malformed_key_is_rejected_with_a_message(key: str) -> None:
    with pytest.raises(Invalid, match="copy the whole link again"):
        decode_matrix_key(key)


def test_equal_questions_have_equal_keys() -> None:
    def build_question() -> MatrixQuestion:
        return MatrixQuestion(
            AxisQuestion(DimensionKind.AREA),
            AxisQuestion(DimensionKind.FISCAL_YEAR),
            FiscalYearRange(FiscalYear(2011), FiscalYear(2012)),
            as_of=AsOf(instant=datetime(2026, 1, 1, tzinfo=UTC)),
        )

    assert encode_matrix_key(build_question()) == encode_matrix_key(build_question())


# ── forged keys: the checksum is not secret ─────────────────────────────────────────────────────

VALID_DATA = {"r": {"d": "AREA"}, "c": {"d": "FISCAL_YEAR"}, "y": [2011, 2012]}


def encode_data(data: Any) -> str:
    compressed = zlib.compress(json.dumps(data).encode(), 9, wbits=-15)
    return base64.urlsafe_b64encode(zlib.crc32(compressed).to_bytes(4, "big") + compressed).decode()


INVALID_CHANGES = {
    "years that are not whole": {"y": [2011.0, 2011.0]},
    "years that are booleans": {"y": [True, True]},
    "half a character in the text": {"f": {"text": "\ud800"}},
    "half a character in a code": {"r": {"d": "AREA", "m": {"codes": ["\udfff"]}}},
    "half a character in an id": {"r": {"d": "AREA", "m": {"ids": ["\ud800"]}}},
    "half a character in a filter": {"f": {"chains": ["\ud800"]}},
    "half a character in a version": {"pv": "\ud800"},
    "linked, a number": {"f": {"linked": 0.0}},
    "linked, another number": {"f": {"linked": 1}},
    "emptiness, a number not whole": {"r": {"d": "AREA", "e": 1.0}},
    "a moment before time in UTC": {"at": "0001-01-01T00:00:00+14:00"},
    "a moment after time in UTC": {"at": "9999-12-31T23:59:59-14:00"},
    "a moment without its offset": {"at": "2026-01-01T00:00:00"},
}


@pytest.mark.parametrize("changes", INVALID_CHANGES.values(), ids=INVALID_CHANGES)
def test_forged_key_is_rejected(changes: dict[str, Any]) -> None:
    assert decode_matrix_key(encode_data(VALID_DATA))
    with pytest.raises(Invalid, match="copy the whole link again"):
        decode_matrix_key(encode_data({**VALID_DATA, **changes}))


def build_question_with_ids(count: int) -> MatrixQuestion:
    ids = tuple(hashlib.sha256(b"%d" % n).hexdigest()[:16] for n in range(count))
    return MatrixQuestion(
        AxisQuestion(DimensionKind.AREA, members=MemberSelector(ids=ids)),
        AxisQuestion(DimensionKind.FISCAL_YEAR),
        FiscalYearRange(FiscalYear(2011), FiscalYear(2012)),
    )


def test_question_with_an_oversized_key_is_too_costly() -> None:
    assert decode_matrix_key(
        encode_matrix_key(build_question_with_ids(1_000))
    ) == build_question_with_ids(1_000)
    with pytest.raises(TooCostly, match="matrix key"):
        encode_matrix_key(build_question_with_ids(10_000))


def test_longest_cell_id_can_be_parsed() -> None:
    longest = f"{'k' * MAX_MATRIX_KEY_LENGTH}/{'r' * 1_000}/{'c' * 1_000}"
    assert GlobalId.parse(str(GlobalId("Cell", longest))).key == longest
    with pytest.raises(Invalid):
        GlobalId.parse(str(GlobalId("Cell", longest + "k")))
