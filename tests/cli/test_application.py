"""The application as a whole: help without heavy imports, exit codes, both languages everywhere."""

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
from tests.cli.conftest import Run, failed, ok

ROOT = Path(__file__).parents[2]
THAI = re.compile("[\u0e01-\u0e5b]")
ENGLISH = re.compile("[A-Za-z]{2}")
HEAVY = {
    "alembic", "asyncpg", "authlib", "graphql", "httpx2", "joserfc", "openpyxl", "orjson",
    "sqlalchemy", "starlette", "strawberry", "uvicorn",
}  # fmt: skip
REPORT = (
    "import sys, hub.cli; code = hub.cli.main(sys.argv[1:]); print(*sys.modules); sys.exit(code)"
)


def commands(
    group: click.Group = application, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that call it."""
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


EVERY = dict(commands())
LISTS = [path for path in EVERY if path[-1] == "list"]


def bilingual(text: str | None) -> bool:
    """Whether a text is in Thai and in English."""
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
    assert modules & HEAVY == set()


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_has_help_in_both_languages(run: Run, path: tuple[str, ...]) -> None:
    assert "วิธีใช้ · Usage: hub" in ok(run(*path, "--help"))
    command = EVERY[path]
    assert bilingual(command.help)
    for parameter in command.params:
        if not isinstance(parameter, click.Option) or parameter.name != "help":
            assert bilingual(getattr(parameter, "help", "")), (path, parameter.name)


@pytest.mark.parametrize("path", LISTS, ids=" ".join)
def test_every_list_can_be_printed_as_json(path: tuple[str, ...]) -> None:
    assert "--json" in {name for one in EVERY[path].params for name in one.opts}


def test_the_version_is_that_of_the_project(run: Run) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project.get("version", __version__) == __version__
    assert ok(run("--version")) == f"hub {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
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
def test_a_usage_error_ends_with_2_and_names_the_help(
    run: Run, arguments: list[str], words: str
) -> None:
    failed(run(*arguments), 2, words, "ดูวิธีใช้ · See: hub")


def test_without_a_command_the_help_is_printed_and_the_exit_code_is_2(run: Run) -> None:
    failed(run(), 2, "วิธีใช้ · Usage: hub [OPTIONS] COMMAND")


def test_an_invalid_setting_is_named_and_ends_with_2(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_PORT", "eighty")
    failed(run("serve"), 2, "HUB_PORT: ")
    monkeypatch.setenv("HUB_PORT", "0")
    monkeypatch.setenv("HUB_HOST", "no such host.invalid")
    failed(run("serve"), 2, "HUB_HOST: ")


def test_an_interrupted_command_ends_with_130(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(console, "prepare_database", interrupted)
    assert main(["agency", "list"]) == 130
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("  หยุดแล้ว · stopped\n", "")


def test_sigterm_ends_a_command_as_ctrl_c_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def terminated(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(console, "prepare_database", terminated)
    assert main(["agency", "list"]) == 130
    assert capsys.readouterr().out == "  หยุดแล้ว · stopped\n"


def test_every_setting_is_listed_in_both_languages(run: Run) -> None:
    assert set(SETTINGS_IN_THAI) == {setting.name for setting in Settings.ALL}
    for line in ok(run("settings")).splitlines():
        assert bilingual(line)
    listed = run("settings", "--json").json
    assert [one["name"] for one in listed] == [setting.name for setting in Settings.ALL]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_of_a_shell_is_printed(run: Run, shell: str) -> None:
    assert "_HUB_COMPLETE" in ok(run("completion", shell))


def completed(*words: str) -> list[str]:
    """What the shell offers for the last word."""
    from click.shell_completion import ShellComplete  # noqa: PLC0415

    shell = ShellComplete(application, {}, "hub", "_HUB_COMPLETE")
    return [item.value for item in shell.get_completions([*words[:-1]], words[-1])]


def test_commands_and_sources_are_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert completed("agr") == ["agreement"]
    assert completed("ingest", "bud") == ["budget_act"]
    assert "contracts" in completed("review", "list", "")
    monkeypatch.setenv("HUB_SOURCES_DIR", str(tmp_path / "nowhere"))
    assert completed("ingest", "") == []
