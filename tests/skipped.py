"""A pytest plugin that lists the skipped tests after a run, with the command that enables them.

A reason to skip has the form "what is missing: how to install it", as in "no axe-core: make npm".
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the skipped tests by the command that enables them, the largest group first."""
    reasons = [reason_of(report) for report in terminalreporter.stats.get("skipped", [])]
    if not reasons:
        return
    terminalreporter.section(f"ข้ามไป {len(reasons)} · {len(reasons)} tests were left out")
    for line in lines(reasons):
        terminalreporter.write_line(line)


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return the reason why a test was skipped, without pytest's prefix."""
    why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return why.removeprefix("Skipped: ")


def lines(reasons: Iterable[str]) -> list[str]:
    """Return a line per command that enables tests: their number, the command, what is missing."""
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
