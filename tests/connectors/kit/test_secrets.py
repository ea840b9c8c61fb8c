"""Secrets appear in no log line, error or stored address, and are sent to no other host."""

import logging
import traceback

import pytest

from connectors.kit.limits import FetchLimits
from connectors.kit.redact import redact
from hub.sandbox.agency import CLIENT_SECRET, USER_TOKEN
from tests.sandbox.sandbox_source import SandboxSource

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
def captured_log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Capture every log record, from level DEBUG."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx2", "httpcore2", "connectors"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


@pytest.mark.parametrize("api", ["budget", "ministry"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_no_fault_writes_a_secret_to_logs_errors_or_addresses(
    source: SandboxSource, captured_log: pytest.LogCaptureFixture, fault: str, api: str
) -> None:
    source.set_faults(fault)
    source.limits = FetchLimits(read_timeout=0.2, max_attempts=3)
    pages, error = await source.read_until_error(api)
    own_records = [
        record for record in captured_log.records if not record.name.startswith("uvicorn")
    ]
    texts = [text for record in own_records for text in (record.getMessage(), str(record.args))]
    texts += [str(page.url) for page in pages] + [str(r.url) for p in pages for r in p.records]
    texts += [page.next_cursor or "" for page in pages]
    if error is not None:
        texts += ["".join(traceback.format_exception(error)), repr(error.__context__)]
    secrets = {USER_TOKEN, CLIENT_SECRET, *source.agency.tokens}
    assert [text for text in texts if any(secret in text for secret in secrets)] == []
    assert fault == "slow" or any("HTTP Request" in text for text in texts)


async def test_rejected_query_secret_is_not_in_the_error(source: SandboxSource) -> None:
    spec = source.spec(
        auth={"kind": "QUERY", "parameter": "user_token", "secret": "client-secret"},
    )
    _, error = await source.read_until_error(spec=spec)
    assert error is not None
    assert error.code == "SOURCE_REJECTED_US"
    assert "offset=0: HTTP 401" in error.message
    assert CLIENT_SECRET not in error.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a/x?year=2565&user_token=abc&offset=0", "user_token=***&offset=0"),
        ("https://a/x?api-key=abc", "api-key=***"),
        ("https://a/x?API_KEY=abc'", "API_KEY=***'"),
        ("https://a/auth?ConsumerSecret=abc&AgentID=abc", "ConsumerSecret=***&AgentID=***"),
        ("https://abc:abc@a/x", "https://***@a/x"),
        ("Authorization: Bearer abcabc.abc", "Bearer ***"),
    ],
)
def test_secret_is_redacted_by_its_name(text: str, expected: str) -> None:
    assert expected in redact(text)
    assert "abc" not in redact(text)


def test_address_without_secrets_is_unchanged() -> None:
    address = "https://a.example/x?year=2565&keyword=ถนน&offset=20"
    assert redact(address) == address


def test_secret_without_a_name_is_redacted_by_its_value() -> None:
    assert redact("told: s3cret-value", frozenset({"s3cret-value"})) == "told: ***"
