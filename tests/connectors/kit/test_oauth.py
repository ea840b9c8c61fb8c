"""OAuth tokens are shared, renewed once, sent only to their host, and requested with a resource."""

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
from tests.sandbox.sandbox_source import SECRETS, SandboxSource

ROOT = Path(__file__).parents[3]
AUTH_SPEC = AuthSpec(
    kind=AuthMethod.OAUTH,
    parameter=None,
    secret="client-secret",  # noqa: S106 - a name
    client_id=CLIENT_ID,
    token_url="http://a/token",  # noqa: S106 - an address
    scope=None,
    resource=None,
)


def create_grant(source: SandboxSource, grants: TokenCache, **changes: Any) -> OAuthCredentials:
    auth = replace(source.spec("ministry").auth, **changes)
    return grants.create_credentials("ministry", source.address, auth, SECRETS.__getitem__)


async def test_concurrent_readers_request_one_token(source: SandboxSource) -> None:
    results = await asyncio.gather(*(source.read("ministry") for _ in range(8)))
    assert [len(records) for records in results] == [95] * 8
    assert source.counters["token_requests"] == 1


async def test_concurrent_readers_renew_an_expired_token_once(source: SandboxSource) -> None:
    await source.read("ministry")
    source.agency.tokens.clear()
    results = await asyncio.gather(*(source.read("ministry") for _ in range(8)))
    assert [len(records) for records in results] == [95] * 8
    assert source.counters["token_requests"] == 2


async def test_expired_token_is_renewed_before_it_is_rejected(source: SandboxSource) -> None:
    now = datetime.now(UTC)
    grants = TokenCache(timing=RetryTiming(now=lambda: now))
    first = await grants.get_token(create_grant(source, grants))
    now += timedelta(seconds=3600)
    second = await grants.get_token(create_grant(source, grants))
    assert first.value != second.value
    assert source.counters["refused"] == 0


async def test_token_rejected_twice_raises_credentials_rejected(
    source: SandboxSource,
) -> None:
    source.set_faults("expire-token@1")
    with pytest.raises(SourceCredentialsRejected, match="HTTP 401"):
        await source.read("ministry")
    assert source.counters["pages"] == 2
    assert source.counters["token_requests"] == 2


async def test_renewed_token_is_requested_with_the_same_resource(source: SandboxSource) -> None:
    source.set_faults("expire-tokenx1@3")
    await source.read("ministry")
    assert source.counters["tokens"] == 2
    assert set(source.agency.tokens.values()) == {f"{source.address}/ministry"}
    assert source.counters["token_requests_without_resource"] == 0


async def test_processes_share_the_token_requested_by_the_first(
    source: SandboxSource, tmp_path: Path
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
    outputs = [(await process.communicate())[0] for process in running]
    assert len(set(outputs)) == 1
    assert len(outputs[0]) > 20
    assert source.counters["token_requests"] == 1


async def test_token_files_are_readable_by_their_owner_only(
    source: SandboxSource, tmp_path: Path
) -> None:
    grants = TokenCache(tmp_path / "tokens")
    await grants.get_token(create_grant(source, grants))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "tokens").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "tokens").stat().st_mode) == 0o700


async def test_damaged_token_file_is_rewritten(source: SandboxSource, tmp_path: Path) -> None:
    first = TokenCache(tmp_path)
    await first.get_token(create_grant(source, first))
    [token_file] = tmp_path.glob("*.json")
    token_file.write_text('{"text": 1', "utf-8")
    second = TokenCache(tmp_path)
    token = await second.get_token(create_grant(source, second))
    assert token.value in token_file.read_text("utf-8")


async def test_token_rejected_in_another_process_is_not_reused(
    source: SandboxSource, tmp_path: Path
) -> None:
    first, second = TokenCache(tmp_path), TokenCache(tmp_path)
    old = await first.get_token(create_grant(source, first))
    await second.get_token(create_grant(source, second))
    new = await first.get_token(create_grant(source, first), rejected_token=old.value)
    reused = await second.get_token(create_grant(source, second), rejected_token=old.value)
    assert new.value == reused.value != old.value
    assert source.counters["token_requests"] == 2


async def test_wrong_secret_error_does_not_contain_the_secret(source: SandboxSource) -> None:
    grants = TokenCache()
    wrong = grants.create_credentials(
        "ministry", source.address, source.spec("ministry").auth, lambda _: "not-the-secret"
    )
    with pytest.raises(SourceCredentialsRejected, match="invalid_client") as message:
        await grants.get_token(wrong)
    assert "not-the-secret" not in str(message.value)
    assert source.counters["token_requests"] == 1


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("/nowhere", SourceRefused, "answers 404"),
        ("/truth", SourceRefused, "answers 405"),
    ],
)
async def test_address_that_is_not_a_token_endpoint_is_rejected(
    source: SandboxSource, path: str, error: type[Exception], message: str
) -> None:
    grants = TokenCache()
    with pytest.raises(error, match=message):
        await grants.get_token(create_grant(source, grants, token_url=source.address + path))


async def test_missing_token_endpoint_is_retried_then_unreachable(
    source: SandboxSource,
) -> None:
    grants = TokenCache(limits=FetchLimits(max_attempts=3), timing=source.fake_sleep.timing)
    unreachable = create_grant(source, grants, token_url="http://127.0.0.1:9/token")  # noqa: S106 - an address
    with pytest.raises(SourceUnreachable, match="3 attempts"):
        await grants.get_token(unreachable)
    assert source.fake_sleep.delays == [0.5, 1.0]


@pytest.mark.parametrize(
    "answer",
    [
        {"token_type": "Bearer"},
        {"access_token": "abc", "token_type": "mac"},
        {"access_token": "ก", "token_type": "Bearer"},
        {"access_token": "a\r\nx: y", "token_type": "Bearer"},
    ],
)
def test_invalid_bearer_token_is_rejected(answer: dict[str, str]) -> None:
    grants = TokenCache()
    with pytest.raises(SourceRefused):
        grants.parse_token(
            answer, OAuthCredentials(grants, "http://a", AUTH_SPEC, SECRETS.__getitem__)
        )


@pytest.mark.parametrize("lifetime", [None, "soon", -5, 10**12, True])
def test_invalid_token_lifetime_uses_the_default(lifetime: object) -> None:
    grants = TokenCache()
    answer = {"access_token": "abc", "expires_in": lifetime}
    token = grants.parse_token(
        answer, OAuthCredentials(grants, "http://a", AUTH_SPEC, SECRETS.__getitem__)
    )
    assert token.expires_at <= datetime.now(UTC) + timedelta(days=30)


def test_missing_token_url_error_names_the_key(source: SandboxSource) -> None:
    auth = replace(source.spec("ministry").auth, token_url=None)
    with pytest.raises(Invalid, match=r"auth\.token_url"):
        TokenCache().create_credentials("ministry", source.address, auth, SECRETS.__getitem__)
