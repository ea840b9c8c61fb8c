"""Tests the command line as a whole: help without heavy imports, exit codes, both languages."""

import os
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from hub import __version__
from hub.cli import console, main
from hub.cli import hub as application
from hub.cli.settings import THAI as SETTINGS_IN_THAI
from hub.settings import Settings
from tests.cli.conftest import RunCommand, expect_failure, expect_success

ROOT = Path(__file__).parents[2]
THAI = re.compile("[\u0e01-\u0e5b]")
ENGLISH = re.compile("[A-Za-z]{2}")
HEAVY_PACKAGES = {
    "alembic", "asyncpg", "authlib", "graphql", "httpx2", "joserfc", "openpyxl", "orjson",
    "sqlalchemy", "starlette", "strawberry", "uvicorn",
}  # fmt: skip
REPORT = (
    "import sys, hub.cli; code = hub.cli.main(sys.argv[1:]); print(*sys.modules); sys.exit(code)"
)


def iterate_commands(
    group: click.Group = application, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command with its path, such as `("agency", "list")`."""
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from iterate_commands(command, (*path, name))


ALL_COMMANDS = dict(iterate_commands())
LIST_COMMANDS = [path for path in ALL_COMMANDS if path[-1] == "list"]


def is_bilingual(text: str | None) -> bool:
    """Return whether a text is in Thai and in English."""
    thai, _, english = (text or "").partition(" · ")
    return bool(THAI.search(thai) and ENGLISH.search(english))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["source", "--help"]])
def test_help_imports_no_heavy_package(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", REPORT, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    modules = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert "click" in modules
    assert modules & HEAVY_PACKAGES == set()


@pytest.mark.parametrize("path", ALL_COMMANDS, ids=" ".join)
def test_every_command_has_help_in_both_languages(run: RunCommand, path: tuple[str, ...]) -> None:
    assert "วิธีใช้ · Usage: hub" in expect_success(run(*path, "--help"))
    command = ALL_COMMANDS[path]
    assert is_bilingual(command.help)
    for parameter in command.params:
        if not isinstance(parameter, click.Option) or parameter.name != "help":
            assert is_bilingual(getattr(parameter, "help", "")), (path, parameter.name)


@pytest.mark.parametrize("path", LIST_COMMANDS, ids=" ".join)
def test_every_list_can_be_printed_as_json(path: tuple[str, ...]) -> None:
    assert "--json" in {name for one in ALL_COMMANDS[path].params for name in one.opts}


def test_the_version_is_that_of_the_project(run: RunCommand) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project.get("version", __version__) == __version__
    assert expect_success(run("--version")) == f"hub {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing"], "There is no command nothing"),
        (["migrate"], "There is no command migrate"),
        (["source", "lst"], "There is no command lst (list?)"),
        (["ingest", "--frm", "a"], "There is no option --frm (--from?)"),
        (["ingest"], "SOURCE is required"),
        (["db", "migrate", "now"], "Invalid command"),
        (["review", "decide", "a", "b", "--as", "c", "--kind", "CITY"], "--kind: "),
    ],
)
def test_usage_error_exits_with_2_and_names_the_help(
    run: RunCommand, arguments: list[str], message: str
) -> None:
    expect_failure(run(*arguments), 2, message, "ดูวิธีใช้ · See: hub")


def test_missing_command_prints_help_and_exits_with_2(run: RunCommand) -> None:
    expect_failure(run(), 2, "วิธีใช้ · Usage: hub [OPTIONS] COMMAND")


def test_invalid_setting_is_named_and_exits_with_2(
    run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_PORT", "eighty")
    expect_failure(run("serve"), 2, "HUB_PORT: ")
    monkeypatch.setenv("HUB_PORT", "0")
    monkeypatch.setenv("HUB_HOST", "no such host.invalid")
    expect_failure(run("serve"), 2, "HUB_HOST: ")


def test_interrupted_command_exits_with_130(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def raise_interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(console, "prepare_database", raise_interrupt)
    assert main(["agency", "list"]) == 130
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("  หยุดแล้ว · stopped\n", "")


def test_sigterm_exits_with_130(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def send_sigterm(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(console, "prepare_database", send_sigterm)
    assert main(["agency", "list"]) == 130
    assert capsys.readouterr().out == "  หยุดแล้ว · stopped\n"


def test_every_setting_is_listed_in_both_languages(run: RunCommand) -> None:
    assert set(SETTINGS_IN_THAI) == {setting.name for setting in Settings.ALL}
    for line in expect_success(run("settings")).splitlines():
        assert is_bilingual(line)
    listed = run("settings", "--json").json
    assert [one["name"] for one in listed] == [setting.name for setting in Settings.ALL]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_of_a_shell_is_printed(run: RunCommand, shell: str) -> None:
    assert "_HUB_COMPLETE" in expect_success(run("completion", shell))


def complete(*arguments: str) -> list[str]:
    """Return the shell completions of the last argument."""
    from click.shell_completion import ShellComplete  # noqa: PLC0415

    shell = ShellComplete(application, {}, "hub", "_HUB_COMPLETE")
    return [item.value for item in shell.get_completions([*arguments[:-1]], arguments[-1])]


def test_commands_and_sources_are_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert complete("agr") == ["agreement"]
    assert complete("ingest", "bud") == ["budget_act"]
    assert "contracts" in complete("review", "list", "")
    monkeypatch.setenv("HUB_SOURCES_DIR", str(tmp_path / "nowhere"))
    assert complete("ingest", "") == []
