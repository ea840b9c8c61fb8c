"""Tests the shared output: progress with and without a terminal, notices of slow preparation."""

import io
import sys
import threading

import pytest

from hub.cli import console
from hub.cli.console import Preparation, Progress
from hub.errors import SourceRefused

SHOW_CURSOR = "\x1b[?25h\n"
ROUTINE = "เตรียมฐานข้อมูล · preparing the database"
NOTICE = "ข้อมูลอยู่ที่ /data\nIts data is kept in /data."


class Terminal(io.StringIO):
    """A standard error stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_quick_preparation_is_not_announced(capsys: pytest.CaptureFixture[str]) -> None:
    with Preparation() as preparation:
        preparation(ROUTINE)
        preparation("ปรับโครงสร้างฐานข้อมูล · migrating")
        preparation.done()
    assert capsys.readouterr() == ("", "")


def test_notice_is_printed_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with Preparation() as preparation:
        preparation(NOTICE)
        assert capsys.readouterr() == ("", f"  {NOTICE}\n")


def test_slow_preparation_is_announced_on_standard_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "NOTICE_AFTER", 0.01)
    with Preparation() as preparation:
        preparation(ROUTINE)
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer):
                thread.join()
        preparation("ปรับโครงสร้างฐานข้อมูล · migrating")
    expected = f"  {ROUTINE}\n  ปรับโครงสร้างฐานข้อมูล · migrating\n"
    assert capsys.readouterr() == ("", expected)


def test_progress_with_a_total_is_a_bar_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress() as progress:
        for read in (5, 10, 20):
            progress(read, 20)
        progress.end()
        progress(3, 6)
    shown = terminal.getvalue()
    assert "20/20" in shown
    assert "3/6" in shown
    assert "#" in shown
    assert shown.endswith(SHOW_CURSOR)


def test_failed_run_shows_the_cursor_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    def fail() -> None:
        with Progress() as progress:
            progress(5, 20)
            raise SourceRefused

    with pytest.raises(SourceRefused):
        fail()
    assert terminal.getvalue().endswith(SHOW_CURSOR)


def test_progress_without_records_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress():
        pass
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("total", [20, None])
def test_progress_without_a_terminal_is_a_line_of_numbers(
    capsys: pytest.CaptureFixture[str], total: int | None
) -> None:
    progress = Progress()
    progress(1_000, total and 20_000)
    progress.end()
    of = " / 20,000" if total else ""
    assert capsys.readouterr() == ("", f"\r  1,000{of}   \n")


def test_progress_without_a_total_is_a_line_of_numbers_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    progress = Progress()
    progress(5, None)
    progress.end()
    assert terminal.getvalue() == "\r  5   \n"
