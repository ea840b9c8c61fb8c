"""Secrets are in no log line, no error, no stored address, and at no other host."""

import logging
import traceback

import pytest

from connectors.kit.limits import FetchLimits
from connectors.kit.redact import redact
from hub.sandbox.agency import CLIENT_SECRET, USER_TOKEN
from tests.sandbox.served import Source

FAULTS = [
    "503x1",
    "truncatedx1",
    "resetx1",
    "500",
    "html",
    "redirect",
    "bomb",
    "short",
    "truncated",
]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that anybody logs, at the lowest level."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx2", "httpcore2", "connectors"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


@pytest.mark.parametrize("api", ["budget", "ministry"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_goes_wrong_no_secret_is_written_down(
    source: Source, lines: pytest.LogCaptureFixture, fault: str, api: str
) -> None:
    source.behave(fault)
    source.limits = FetchLimits(read_timeout=0.2, max_attempts=3)
    pages, error = await source.broken_off(api)
    ours = [record for record in lines.records if not record.name.startswith("uvicorn")]
    written = [text for record in ours for text in (record.getMessage(), str(record.args))]
    written += [str(page.url) for page in pages] + [str(r.url) for p in pages for r in p.records]
    written += [page.next_cursor or "" for page in pages]
    if error is not None:
        written += ["".join(traceback.format_exception(error)), repr(error.__context__)]
    secrets = {USER_TOKEN, CLIENT_SECRET, *source.agency.tokens}
    assert [text for text in written if any(secret in text for secret in secrets)] == []
    assert fault == "slow" or any("HTTP Request" in text for text in written)


async def test_a_rejected_query_secret_is_not_in_the_error(source: Source) -> None:
    spec = source.spec(
        auth={"kind": "QUERY", "parameter": "user_token", "secret": "client-secret"},
    )
    _, error = await source.broken_off(spec=spec)
    assert error is not None
    assert error.code == "SOURCE_REJECTED_US"
    assert "offset=0: HTTP 401" in error.message
    assert CLIENT_SECRET not in error.message


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://a/x?year=2565&user_token=abc&offset=0", "user_token=***&offset=0"),
        ("https://a/x?api-key=abc", "api-key=***"),
        ("https://a/x?API_KEY=abc'", "API_KEY=***'"),
        ("https://a/auth?ConsumerSecret=abc&AgentID=abc", "ConsumerSecret=***&AgentID=***"),
        ("https://abc:abc@a/x", "https://***@a/x"),
        ("Authorization: Bearer abcabc.abc", "Bearer ***"),
    ],
)
def test_a_secret_is_masked_by_its_name_wherever_it_stands(written: str, shown: str) -> None:
    assert shown in redact(written)
    assert "abc" not in redact(written)


def test_an_address_without_secrets_stays_as_it_is() -> None:
    plain = "https://a.example/x?year=2565&keyword=ถนน&offset=20"
    assert redact(plain) == plain


def test_a_secret_is_masked_by_its_value_where_it_has_no_name() -> None:
    assert redact("told: s3cret-value", frozenset({"s3cret-value"})) == "told: ***"
