"""What a request over HTTP or a socket leaves in the log of access: who, what for, which operation.

Names and hashes, and never a value: no variable, no argument, no token is looked at here.
"""

from typing import Any, Final
from urllib.parse import unquote_to_bytes

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    get_operation_ast,
)
from starlette.requests import Request

from hub.domain.access import Viewer
from hub.domain.access_log import Caller, Operation
from hub.errors import Forbidden, Invalid, Unauthenticated
from hub.web.faults import root_of
from hub.web.operations import digest
from hub.web.turnstile import address_of

PURPOSE: Final = "X-Purpose"
LONGEST_PURPOSE: Final = 200
MOST_ROOTS: Final = 50
LONGEST_NAME: Final = 200


def caller_of(viewer: Viewer, request: Request) -> Caller:
    """Who calls and what for; `Invalid` where the purpose is no short line of text."""
    return Caller.of(viewer, address_of(request), purpose_of(request))


def purpose_of(request: Request) -> str | None:
    """What a request says it is for: UTF-8, percent-encoded where a client can send ASCII only."""
    told = request.headers.get(PURPOSE, "")
    text = unquote_to_bytes(told.encode("latin-1")).decode("utf-8", "replace").strip()
    if len(text) > LONGEST_PURPOSE or not text.isprintable():
        raise Invalid(
            PURPOSE,
            f"ต้องเป็นข้อความบรรทัดเดียว ไม่เกิน {LONGEST_PURPOSE} อักขระ",
            f"is one line of text, of {LONGEST_PURPOSE} characters at most",
        )
    return text or None


def operation_of(ast: DocumentNode | None, chosen: str | None, text: str, trace: str) -> Operation:
    """The operation that is executed of a document."""
    node = get_operation_ast(ast, chosen) if ast is not None else None
    if ast is None or node is None:
        return Operation("query", document=digest(text), trace=trace)
    name = node.name.value if node.name else ""
    fields = roots(ast, node)[:MOST_ROOTS]
    return Operation(node.operation.value, name[:LONGEST_NAME], digest(text), tuple(fields), trace)


def roots(ast: DocumentNode, operation: OperationDefinitionNode) -> list[str]:
    """The root fields of an operation by their names, each once, in the order they are asked."""
    fragments = {
        one.name.value: one.selection_set
        for one in ast.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    found: dict[str, None] = {}
    spread: set[str] = set()
    left = list(operation.selection_set.selections)
    while left:
        node = left.pop(0)
        if isinstance(node, FieldNode):
            found[node.name.value] = None
        elif isinstance(node, InlineFragmentNode):
            left[:0] = node.selection_set.selections
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
            spread.add(node.name.value)
            left[:0] = fragments[node.name.value].selections
    return list(found)


def denied(result: ExecutionResult, context: Any) -> None:
    """Leave a trail of every field that was refused, whoever refused it."""
    for error in result.errors or ():
        cause = root_of(error)
        if isinstance(cause, Forbidden | Unauthenticated):
            name = next((n.name.value for n in error.nodes or () if isinstance(n, FieldNode)), "")
            source = cause.source_id if isinstance(cause, Forbidden) else None
            context.trail.refused.append((name, cause.code, source))
