"""Properties of the time of a source's next run."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.provenance import Cadence
from hub.domain.sources.schedule import next_run_after_failure, next_run_after_success
from hub.errors import SourceCredentialsRejected, SourceRefused, SourceUnreachable

errors = st.sampled_from(
    [SourceUnreachable(), SourceRefused(), SourceCredentialsRejected(), ValueError()]
)
periods = st.sampled_from([one.period for one in Cadence if one.period])
chances = st.floats(0, 1)
START = datetime(2026, 1, 1, tzinfo=UTC)


@given(period=periods, failures=st.integers(1, 10**6), error=errors, chance=chances)
def test_retry_delay_is_between_30_seconds_and_a_day(
    period: timedelta, failures: int, error: Exception, chance: float
) -> None:
    wait = next_run_after_failure(START, period, failures, error, chance) - START
    assert timedelta(seconds=30) <= wait <= min(period, timedelta(days=1))


@given(period=periods, chance=chances)
def test_next_run_is_within_a_quarter_period_after_the_period(
    period: timedelta, chance: float
) -> None:
    due = next_run_after_success(START, period, chance)
    assert START + period <= due < START + period + period / 4
