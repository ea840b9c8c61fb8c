"""The retry policy of requests to agencies: exponential backoff with jitter, and `Retry-After`.

tenacity runs the loop; the limits, the sleep and the clock are the caller's.
"""

import logging
from collections.abc import Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from connectors.kit.limits import FetchLimits, RetryTiming, compute_delay
from hub.errors import SourceError, SourceUnreachable

logger = logging.getLogger(__name__)


class TransientError(Exception):
    """A failure that the next attempt may not have; `error_type` is raised after the last one."""

    def __init__(
        self,
        reason: str,
        error_type: type[SourceError] = SourceUnreachable,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.error_type = error_type
        self.retry_after = retry_after
        """Seconds that the server asks to wait before the next attempt."""


class RetriesExhausted(Exception):
    """The last transient failure, when no further attempt is made; the message has the reason."""

    def __init__(self, failure: TransientError, reason: str) -> None:
        super().__init__(reason)
        self.failure = failure


def retry_transient_errors(
    limits: FetchLimits, timing: RetryTiming, describe: Callable[[], str]
) -> AsyncRetrying:
    """Return a retry loop for `TransientError`; every other exception ends it at once.

    It raises `RetriesExhausted` after `limits.max_attempts` attempts, or when `Retry-After` is more
    than `limits.max_retry_after` seconds. `describe` returns the address for the log, redacted.
    """

    def _compute_wait(state: RetryCallState) -> float:
        retry_after = _last_failure(state).retry_after
        if retry_after is not None:
            return retry_after
        return compute_delay(limits, timing, state.attempt_number)

    def _should_stop(state: RetryCallState) -> bool:
        retry_after = _last_failure(state).retry_after or 0.0
        return state.attempt_number >= limits.max_attempts or retry_after > limits.max_retry_after

    def _log_retry(state: RetryCallState) -> None:
        failure, wait = _last_failure(state), state.upcoming_sleep
        logger.info("%s: %s; retrying in %.1f s", describe(), failure, wait)

    def _raise_exhausted(state: RetryCallState) -> None:
        failure = _last_failure(state)
        if state.attempt_number >= limits.max_attempts:
            reason = f"{failure} ({state.attempt_number} attempts)"
        else:
            reason = f"{failure}, retry after {failure.retry_after:g} s"
        raise RetriesExhausted(failure, reason) from None

    return AsyncRetrying(
        sleep=timing.sleep,
        wait=_compute_wait,
        stop=_should_stop,
        retry=retry_if_exception_type(TransientError),
        before_sleep=_log_retry,
        retry_error_callback=_raise_exhausted,
    )


def _last_failure(state: RetryCallState) -> TransientError:
    """Return the exception of the latest attempt, which is retried only if it is transient."""
    failure = state.outcome.exception() if state.outcome else None
    if not isinstance(failure, TransientError):
        raise TypeError(failure)
    return failure
