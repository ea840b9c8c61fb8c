"""The `Retry-After` header and HTTP dates (RFC 9110, 5.6.7 and 10.2.3)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def parse_retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds to wait, from a number of seconds or an HTTP date; null if invalid.

    A date in the past is 0 seconds.
    """
    if header is None:
        return None
    if header.strip().isascii() and header.strip().isdigit():
        return float(header.strip()[:9])
    retry_at = parse_http_date(header)
    return None if retry_at is None else max(0.0, (retry_at - now).total_seconds())


def parse_http_date(header: str | None) -> datetime | None:
    """Return the moment of an HTTP date, UTC if it has no offset; null if invalid."""
    if header is None:
        return None
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)
