"""`hub sandbox` and `hub source check`, as people call them."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from connectors.registry import connector
from hub.errors import Invalid, SourceRejectedUs
from hub.operating import input_of
from hub.sandbox.agency import CLIENT_SECRET
from hub.settings import Settings
from tests.sandbox.served import Source

ROOT = Path(__file__).parents[2]
HUB = [sys.executable, "-m", "hub.cli"]
START = 60


def hub(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*HUB, *arguments],
        cwd=ROOT,
        env=os.environ | variables,  # noqa: TID251 - a child's
        capture_output=True,
        text=True,
        check=False,
    )


def check(source: Source, path: str = "ministry/projects", **variables: str) -> tuple[int, str]:
    oauth = ["--token-url", f"{source.address}/token", "--client-id", "hub", "--secret", "play-hub"]
    done = hub("source", "check", f"{source.address}/{path}", *oauth, **variables)
    return done.returncode, done.stdout


def test_a_system_that_keeps_the_contract_ends_with_0(source: Source) -> None:
    code, told = check(source, PLAY_HUB=CLIENT_SECRET)
    assert (code, told.count("✓"), told.count("✗")) == (0, 12, 0)


def test_a_system_that_breaks_a_point_ends_with_1_and_says_which(source: Source) -> None:
    code, told = check(source, "elsewhere", PLAY_HUB=CLIENT_SECRET)
    assert code == 1
    assert "✗ ไม่มีโทเค็น ตอบ 401 · without a token: 401" in told
    assert "it answers data to anybody" in told


def test_a_wrong_secret_ends_with_1_and_is_not_printed(source: Source) -> None:
    code, told = check(source, PLAY_HUB="wrong-secret-of-mine")
    assert code == 1
    assert "invalid_client" in told
    assert "wrong-secret-of-mine" not in told


def test_a_check_that_is_told_half_names_what_is_missing(source: Source) -> None:
    done = hub("source", "check", source.address, "--token-url", f"{source.address}/token")
    assert done.returncode == 2
    assert done.stderr.strip().startswith("--client-id: ")


@contextmanager
def sandbox(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    running = subprocess.Popen(
        [*HUB, "sandbox", "--port", "0", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    lines: queue.Queue[str] = queue.Queue()

    def listen() -> None:
        for line in running.stdout or ():
            lines.put(line)

    threading.Thread(target=listen, daemon=True).start()
    try:
        while "/truth" not in (line := lines.get(timeout=START)):
            pass
        yield running, line.split()[-1].removesuffix("/truth")
    finally:
        running.kill()
        running.wait()
        if running.stdout:
            running.stdout.close()


def test_a_sandbox_serves_as_many_records_as_asked_and_stops_when_told() -> None:
    with sandbox("--records", "30", "--seed", "7", "--fault", "503x1") as (running, address):
        assert httpx2.get(f"{address}/truth").json()["budget"]["records"] == 30
        statuses = [httpx2.get(f"{address}/budget/bbgfproject").status_code for _ in range(2)]
        assert statuses == [503, 401]
        running.send_signal(signal.SIGINT)
        assert running.wait(START) == 0


@pytest.mark.parametrize(
    "arguments", [["--fault", "nonsense"], ["--port", "99999"], ["--records", "-1"]]
)
def test_a_sandbox_that_cannot_be_is_told_which_argument_is_wrong(arguments: list[str]) -> None:
    done = hub("sandbox", *arguments)
    assert done.returncode == 2
    assert arguments[0] in done.stderr


def test_a_secret_in_an_address_that_is_typed_does_not_come_into_the_record_of_the_run() -> None:
    typed = "http://127.0.0.1:9/list?year=2565&user_token=abcd"
    given = input_of(connector("govspending_budget"), typed, settings(None))
    assert given.origin == "http://127.0.0.1:9/list?year=2565&user_token=***"


def settings(folder: Path | None) -> Settings:
    return Settings("127.0.0.1", 0, Path("unused"), False, None, 1, secrets_dir=folder)


def test_a_secret_is_read_from_its_file_before_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAY_HUB", "of the variable")
    assert settings(None).secret_of("play-hub") == "of the variable"
    assert settings(tmp_path).secret_of("play-hub") == "of the variable"
    (tmp_path / "play-hub").write_text("of the file\n", "utf-8")
    assert settings(tmp_path).secret_of("play-hub") == "of the file"


def test_a_secret_nobody_has_set_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(SourceRejectedUs, match="variable PLAY_HUB"):
        settings(tmp_path).secret_of("play-hub")


@pytest.mark.parametrize("name", ["", "../etc/passwd", "a/b", "a b", "รหัส"])
def test_a_name_that_could_lead_elsewhere_is_no_secrets_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid):
        settings(tmp_path).secret_of(name)
