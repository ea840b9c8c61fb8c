"""Tokens: shared, renewed once, kept to the host they are for, asked for with their resource."""

import asyncio
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from connectors.kit.limits import FetchLimits, RetryTiming
from connectors.kit.oauth import OAuthCredentials, TokenCache
from hub.domain.sources.spec import AuthMethod, AuthSpec
from hub.errors import Invalid, SourceCredentialsRejected, SourceRefused, SourceUnreachable
from hub.sandbox.agency import CLIENT_ID
from tests.sandbox.served import SECRETS, Source

ROOT = Path(__file__).parents[3]
AUTH = AuthSpec(
    kind=AuthMethod.OAUTH,
    parameter=None,
    secret="client-secret",  # noqa: S106 - a name
    client_id=CLIENT_ID,
    token_url="http://a/token",  # noqa: S106 - an address
    scope=None,
    resource=None,
)


def grant(source: Source, grants: TokenCache, **changes: Any) -> OAuthCredentials:
    auth = replace(source.spec("ministry").auth, **changes)
    return grants.create_credentials("ministry", source.address, auth, SECRETS.__getitem__)


async def test_many_readers_at_once_ask_for_one_token(source: Source) -> None:
    readings = await asyncio.gather(*(source.read("ministry") for _ in range(8)))
    assert [len(reading) for reading in readings] == [95] * 8
    assert source.seen["token_requests"] == 1


async def test_many_readers_whose_token_expires_at_once_renew_it_once(source: Source) -> None:
    await source.read("ministry")
    source.agency.tokens.clear()
    readings = await asyncio.gather(*(source.read("ministry") for _ in range(8)))
    assert [len(reading) for reading in readings] == [95] * 8
    assert source.seen["token_requests"] == 2


async def test_a_token_past_its_time_is_renewed_before_it_is_refused(source: Source) -> None:
    now = datetime.now(UTC)
    grants = TokenCache(timing=RetryTiming(now=lambda: now))
    first = await grants.get_token(grant(source, grants))
    now += timedelta(seconds=3600)
    second = await grants.get_token(grant(source, grants))
    assert first.value != second.value
    assert source.seen["refused"] == 0


async def test_a_token_that_is_always_refused_is_tried_twice_and_then_a_person_is_told(
    source: Source,
) -> None:
    source.behave("expire-token@1")
    with pytest.raises(SourceCredentialsRejected, match="HTTP 401"):
        await source.read("ministry")
    assert source.seen["pages"] == 2
    assert source.seen["token_requests"] == 2


async def test_a_renewed_token_is_asked_for_with_the_same_resource(source: Source) -> None:
    source.behave("expire-tokenx1@3")
    await source.read("ministry")
    assert source.seen["tokens"] == 2
    assert set(source.agency.tokens.values()) == {f"{source.address}/ministry"}
    assert source.seen["token_requests_without_resource"] == 0


async def test_processes_share_a_token_and_the_first_one_asks_for_it(
    source: Source, tmp_path: Path
) -> None:
    script = dedent("""
        import asyncio, sys
        from pathlib import Path
        from connectors.kit.oauth import TokenCache
        from hub.domain.sources.spec import AuthMethod, AuthSpec

        address, folder = sys.argv[1:]
        auth = AuthSpec(AuthMethod.OAUTH, None, "s", "hub", f"{address}/token", None, None)
        cache = TokenCache(Path(folder))
        credentials = cache.create_credentials("x", address, auth, lambda _: "sandbox-secret")
        print(asyncio.run(cache.get_token(credentials)).value)
    """)
    command = [sys.executable, "-c", script, source.address, str(tmp_path / "tokens")]
    running = [
        await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    told = [(await process.communicate())[0] for process in running]
    assert len(set(told)) == 1
    assert len(told[0]) > 20
    assert source.seen["token_requests"] == 1


async def test_a_shared_token_can_be_read_by_its_account_only(
    source: Source, tmp_path: Path
) -> None:
    grants = TokenCache(tmp_path / "tokens")
    await grants.get_token(grant(source, grants))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "tokens").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "tokens").stat().st_mode) == 0o700


async def test_a_damaged_token_file_is_written_anew(source: Source, tmp_path: Path) -> None:
    first = TokenCache(tmp_path)
    await first.get_token(grant(source, first))
    [kept] = tmp_path.glob("*.json")
    kept.write_text('{"text": 1', "utf-8")
    second = TokenCache(tmp_path)
    token = await second.get_token(grant(source, second))
    assert token.value in kept.read_text("utf-8")


async def test_a_refused_token_of_another_process_is_not_used_again(
    source: Source, tmp_path: Path
) -> None:
    first, second = TokenCache(tmp_path), TokenCache(tmp_path)
    old = await first.get_token(grant(source, first))
    await second.get_token(grant(source, second))
    new = await first.get_token(grant(source, first), rejected_token=old.value)
    taken = await second.get_token(grant(source, second), rejected_token=old.value)
    assert new.value == taken.value != old.value
    assert source.seen["token_requests"] == 2


async def test_a_wrong_secret_tells_a_person_and_says_no_secret(source: Source) -> None:
    grants = TokenCache()
    wrong = grants.create_credentials(
        "ministry", source.address, source.spec("ministry").auth, lambda _: "not-the-secret"
    )
    with pytest.raises(SourceCredentialsRejected, match="invalid_client") as told:
        await grants.get_token(wrong)
    assert "not-the-secret" not in str(told.value)
    assert source.seen["token_requests"] == 1


@pytest.mark.parametrize(
    ("path", "error", "why"),
    [
        ("/nowhere", SourceRefused, "answers 404"),
        ("/truth", SourceRefused, "answers 405"),
    ],
)
async def test_an_address_that_is_no_token_endpoint_is_refused(
    source: Source, path: str, error: type[Exception], why: str
) -> None:
    grants = TokenCache()
    with pytest.raises(error, match=why):
        await grants.get_token(grant(source, grants, token_url=source.address + path))


async def test_a_token_endpoint_that_is_not_there_is_asked_again_and_then_unreachable(
    source: Source,
) -> None:
    grants = TokenCache(limits=FetchLimits(max_attempts=3), timing=source.slept.waiting)
    away = grant(source, grants, token_url="http://127.0.0.1:9/token")  # noqa: S106 - an address
    with pytest.raises(SourceUnreachable, match="3 attempts"):
        await grants.get_token(away)
    assert source.slept.waits == [0.5, 1.0]


@pytest.mark.parametrize(
    "answer",
    [
        {"token_type": "Bearer"},
        {"access_token": "abc", "token_type": "mac"},
        {"access_token": "ก", "token_type": "Bearer"},
        {"access_token": "a\r\nx: y", "token_type": "Bearer"},
    ],
)
def test_what_cannot_be_a_bearer_token_is_refused(answer: dict[str, str]) -> None:
    grants = TokenCache()
    with pytest.raises(SourceRefused):
        grants.parse_token(answer, OAuthCredentials(grants, "http://a", AUTH, SECRETS.__getitem__))


@pytest.mark.parametrize("told", [None, "soon", -5, 10**12, True])
def test_a_lifetime_that_says_nothing_does_not_break_the_reading(told: object) -> None:
    grants = TokenCache()
    answer = {"access_token": "abc", "expires_in": told}
    token = grants.parse_token(
        answer, OAuthCredentials(grants, "http://a", AUTH, SECRETS.__getitem__)
    )
    assert token.expires_at <= datetime.now(UTC) + timedelta(days=30)


def test_a_source_without_a_token_address_is_told_which_key_is_missing(source: Source) -> None:
    auth = replace(source.spec("ministry").auth, token_url=None)
    with pytest.raises(Invalid, match=r"auth\.token_url"):
        TokenCache().create_credentials("ministry", source.address, auth, SECRETS.__getitem__)
