"""Tests of repeated roles: the labelled pairs of slides 73-78, and scope words."""

from datetime import UTC, datetime

import pytest

from hub.domain.agencies import ActorLevel
from hub.domain.overlaps.roles import repeated_roles, task_and_scope
from hub.domain.text import LocalizedText
from hub.domain.value_chain import ExpectedRole
from tests.services.suggestions.labelled import deck_pairs
from tests.services.suggestions.reference_codes import reference_rows


def roles_of_the_slides() -> list[ExpectedRole]:
    return [
        ExpectedRole(
            id=code,
            code=code,
            level=ActorLevel(row["level"]),
            stage_id=f"{row['chain_code']}/{row['stage_code']}",
            statement=LocalizedText(row["statement_th"]),
            citation=row["citation"],
            as_of_time=None,
            updated_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for code, row in reference_rows("expected_roles").items()
    ]


def test_the_labelled_repeats_and_no_ladder_are_found() -> None:
    groups = [{role.id for role in group} for group in repeated_roles(roles_of_the_slides())]
    for pair in deck_pairs():
        is_found = any({pair.left_role, pair.right_role} <= group for group in groups)
        assert is_found == (pair.expected == "REPEAT")


def test_repeats_have_the_levels_of_their_roles() -> None:
    first, second = repeated_roles(roles_of_the_slides())
    assert [(role.id, role.level.value) for role in first] == [
        ("s77-03", "MINISTRY"),
        ("s78-02", "MINISTRY"),
        ("s78-06", "MINISTRY"),
        ("s78-13", "CLUSTER"),
    ]
    assert [(role.id, role.level.value) for role in second] == [
        ("s78-12", "PROVINCE"),
        ("s78-14", "PROVINCE"),
    ]


@pytest.mark.parametrize(
    ("statement", "scope"),
    [
        ("จัดทำแผนแม่บทของประเทศ", {"COUNTRY"}),
        ("จัดทำแผนแม่บทของกลุ่มจังหวัด", {"CLUSTER"}),
        ("จัดทำแผนแม่บทของจังหวัด", {"PROVINCE"}),
        ("จัดทำแผนแม่บทของ", set()),
    ],
)
def test_names_of_a_scope_are_no_part_of_the_task(statement: str, scope: set[str]) -> None:
    assert task_and_scope(statement) == ("จัดทำแผนแม่บทของ", frozenset(scope))
