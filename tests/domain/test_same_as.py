"""As which project each is counted: reports and assertions combined, whatever their order."""

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.same_as import AssertionInForce, find_activities, find_groups

KEYS = "abcdef"
reports = st.dictionaries(st.sampled_from(KEYS), st.none() | st.sampled_from(KEYS)).map(
    lambda found: {key: found.get(key) if found.get(key) != key else None for key in KEYS}
)
assertions = st.lists(
    st.permutations(KEYS).flatmap(
        lambda keys: st.integers(2, 3).map(lambda count: tuple(keys[:count]))
    ),
    max_size=4,
).map(lambda found: [AssertionInForce(str(n), keys[0], keys) for n, keys in enumerate(found)])


@given(reports, assertions)
def test_projects_that_an_assertion_names_are_counted_as_one(
    repeats: dict[str, str | None], found: list[AssertionInForce]
) -> None:
    counted = find_activities(repeats, found)
    for one in found:
        assert len({counted[key] for key in one.project_ids}) == 1
        assert counted[one.keep_id] is not None
    for key, other in repeats.items():
        assert other is None or counted[key] == counted[other]


@given(reports, assertions)
def test_each_activity_is_counted_as_one_of_its_own_projects(
    repeats: dict[str, str | None], found: list[AssertionInForce]
) -> None:
    counted = find_activities(repeats, found)
    for group in find_groups(repeats, found):
        assert {counted[key] for key in group} <= {None, *group}
    if found:
        assert counted[found[-1].keep_id] == found[-1].keep_id


@given(reports)
def test_without_an_assertion_every_project_is_counted_as_reported(
    repeats: dict[str, str | None],
) -> None:
    assert set(find_activities(repeats, []).values()) == {None}
