"""Tests `hub source check`: whether a system conforms to the source contract."""

import pytest

from hub.sandbox.agency import CLIENT_SECRET
from tests.cli.conftest import RunCommand, expect_failure
from tests.sandbox.conftest import source as source  # noqa: PLC0414 - a fixture
from tests.sandbox.sandbox_source import SandboxSource


def check_arguments(source: SandboxSource, path: str = "ministry/projects") -> list[str]:
    """Return the arguments of a check of a sandbox source."""
    oauth = ["--token-url", f"{source.address}/token", "--client-id", "hub", "--secret", "play-hub"]
    return ["source", "check", f"{source.address}/{path}", *oauth]


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the client secret in the environment variable that `--secret` names."""
    monkeypatch.setenv("PLAY_HUB", CLIENT_SECRET)


@pytest.mark.parametrize("options", [(), ("--secret-in-body",)])
def test_conforming_system_exits_with_0(
    run: RunCommand, source: SandboxSource, options: tuple[str, ...]
) -> None:
    done = run(*check_arguments(source), *options)
    assert (done.code, done.out.count("✓"), done.out.count("✗")) == (0, 12, 0)


def test_nonconforming_system_exits_with_1_and_names_the_point(
    run: RunCommand, source: SandboxSource
) -> None:
    done = run(*check_arguments(source, "elsewhere"))
    assert done.code == 1
    assert "✗ ไม่มีโทเค็น ตอบ 401 · without a token: 401" in done.out
    assert "it returns data without a token" in done.out


def test_points_are_printed_as_json(run: RunCommand, source: SandboxSource) -> None:
    done = run(*check_arguments(source, "elsewhere"), "--json")
    assert done.code == 1
    assert {point["state"] for point in done.json} <= {"KEPT", "BROKEN", "UNSEEN"}
    assert all(sorted(point) == ["en", "faults", "state", "th"] for point in done.json)


def test_wrong_secret_exits_with_1_and_is_not_printed(
    run: RunCommand, source: SandboxSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAY_HUB", "wrong-secret-of-mine")
    done = run(*check_arguments(source))
    assert done.code == 1
    assert "invalid_client" in done.out
    assert "wrong-secret-of-mine" not in done.out + done.err


def test_missing_option_is_named(run: RunCommand, source: SandboxSource) -> None:
    incomplete = run("source", "check", source.address, "--token-url", f"{source.address}/token")
    expect_failure(incomplete, 2, "--client-id: ")
