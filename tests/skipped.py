"""A plugin for pytest: after a run, list the tests that were skipped and how to run them too.

A reason to skip is written "what is missing: how to get it", as in "no axe-core: make npm".
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the skipped tests by what would make them run, the largest group first."""
    reasons = [reason_of(report) for report in terminalreporter.stats.get("skipped", [])]
    if not reasons:
        return
    terminalreporter.section(f"ข้ามไป {len(reasons)} · {len(reasons)} tests were left out")
    for line in lines(reasons):
        terminalreporter.write_line(line)


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return why a test was skipped, without the word that pytest puts before it."""
    why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return why.removeprefix("Skipped: ")


def lines(reasons: Iterable[str]) -> list[str]:
    """Return a line for each way to run more tests: how many, how, and what they lack now."""
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for reason in reasons:
        missing, _, remedy = reason.partition(": ")
        groups[remedy or "(no command brings these)"][missing] += 1
    ordered = sorted(groups.items(), key=lambda group: (-group[1].total(), group[0]))
    width = max((len(remedy) for remedy, _ in ordered), default=0)
    return [
        f"{missing.total():5}  {remedy:{width}}  {', '.join(sorted(missing))}"
        for remedy, missing in ordered
    ]
