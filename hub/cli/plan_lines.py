"""Format a plan of PostgreSQL (`EXPLAIN`, FORMAT JSON) as indented lines."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

SHOWN_IN_HEAD: Final = {
    "Node Type", "Relation Name", "Index Name", "CTE Name", "Function Name", "Alias",
    "Subplan Name", "Plans", "Plan Rows", "Actual Rows", "Actual Loops", "Actual Total Time",
}  # fmt: skip
LEFT_OUT: Final = {
    "Parent Relationship", "Parallel Aware", "Async Capable", "Plan Width", "Startup Cost",
    "Total Cost", "Actual Startup Time", "Output", "Schema", "Disabled", "Inner Unique",
}  # fmt: skip
NAMES: Final = ("Relation Name", "CTE Name", "Function Name", "Index Name")
MAX_VALUE_LENGTH: Final = 160
"""Characters of a condition; lists of areas and agencies have thousands."""


def format_plan(explained: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a plan: a line per node, below it its conditions and other properties."""
    yield from format_node(explained["Plan"], 0)
    for name in ("Planning Time", "Execution Time"):
        if name in explained:
            yield f"{name}: {explained[name]:.1f} ms"


def format_node(node: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Yield the lines of a node and of all below it."""
    indent = "  " * depth
    name = node.get("Subplan Name")
    what = " ".join(str(node[key]) for key in NAMES if key in node)
    head = f"{indent}{f'[{name}] ' if name else ''}{node['Node Type']} {what}".rstrip()
    yield f"{head}  ({', '.join(format_counts(node))})"
    for key, value in node.items():
        if key in SHOWN_IN_HEAD or key in LEFT_OUT or value in (0, False, []):
            continue
        text = str(value)
        if len(text) > MAX_VALUE_LENGTH:
            text = f"{text[:MAX_VALUE_LENGTH]}…"
        yield f"{indent}    {key}: {text}"
    for child in node.get("Plans", ()):
        yield from format_node(child, depth + 1)


def format_counts(node: Mapping[str, Any]) -> Iterator[str]:
    """Yield rows, executions and time of a node; without ANALYZE the expected rows and the cost."""
    if "Actual Rows" not in node:
        yield f"expected rows {node['Plan Rows']:,}"
        yield f"cost {node['Total Cost']:,.0f}"
        return
    yield f"rows {node['Actual Rows']:,.0f}, expected {node['Plan Rows']:,}"
    if node["Actual Loops"] != 1:
        yield f"executed {node['Actual Loops']:,} times"
    if "Actual Total Time" in node:
        yield f"{node['Actual Total Time']:,.1f} ms"
