"""The operations that users of the hub send, each with the fragments that it uses.

`operations.graphql` has them as the design of the contract states them.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

FILE: Final = Path(__file__).with_name("operations.graphql")
DRAFTS: Final = "drafts that circulate between offices"
SCREENING: Final = "screening of projects by rules"
SESSIONS: Final = "joint sessions"
EXPORTS: Final = "exports to files"
AGREED: Final = "figures that sessions agreed on"
ROUND: Final = "the planning round: needs, requests for budget, reports, routes of money"
LATER: Final[Mapping[str, str]] = {
    "SendDraft": DRAFTS,
    "MyTasks": DRAFTS,
    "AcknowledgeDraft": DRAFTS,
    "AnswerDraft": DRAFTS,
    "DraftCameBack": DRAFTS,
    "RaiseRemark": DRAFTS,
    "AnswerRemark": DRAFTS,
    "SettleRemark": DRAFTS,
    "CloseDraft": DRAFTS,
    "ScreenFile": SCREENING,
    "ScreenDraft": SCREENING,
    "DecideFlag": SCREENING,
    "Brief": SESSIONS,
    "AsTheSessionKnew": SESSIONS,
    "EastTourismMatrix": SESSIONS,
    "MinutesFile": EXPORTS,
    "FileReady": EXPORTS,
    "ProjectBothWays": AGREED,
    "Explain": "findings and requests for work of a matrix cell",
    "MyProvince": "ministries that have published nothing for an area",
    "PublishTargets": "directions and targets of ministries",
    "ImportAgencies": "imports of other files than plans",
    "NeedToMoney": ROUND,
    "WhoSigns": ROUND,
    "WhoWaits": ROUND,
    "RequestReview": ROUND,
    "SaveRequest": ROUND,
    "SendSixMonthReport": ROUND,
}
"""Operations that the hub does not answer yet, each with what it waits for."""
LEFT_OUT: Final[Mapping[str, tuple[str, str]]] = {
    "WhatChanged": ("decidedIn { title { th } }", SESSIONS),
}
"""Operations of which a part is left out, with what that part waits for."""


class SpreadCollector(Visitor):
    """Collects the names of the fragments that a definition spreads."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        """Collect one name."""
        self.names.add(node.name.value)


def list_spreads(definition: Any) -> set[str]:
    """Return the names of the fragments that a definition spreads itself."""
    collector = SpreadCollector()
    visit(definition, collector)
    return collector.names


@cache
def load_operations() -> Mapping[str, DocumentNode]:
    """Return the document of each operation, by its name."""
    source = FILE.read_text("utf-8")
    for text in {text for text, _ in LEFT_OUT.values()}:
        assert text in source
        source = source.replace(text, "")
    definitions = parse(source).definitions
    fragments = {
        one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)
    }
    found = {}
    for one in definitions:
        if not isinstance(one, OperationDefinitionNode) or one.name is None:
            continue
        used: set[str] = set()
        pending = list_spreads(one)
        while pending:
            used |= pending
            pending = set().union(*(list_spreads(fragments[name]) for name in pending)) - used
        document = (one, *(fragments[name] for name in sorted(used)))
        found[one.name.value] = DocumentNode(definitions=document)
    return found


def operation(name: str) -> str:
    """Return the text of an operation that the hub answers."""
    assert name not in LATER, name
    return print_ast(load_operations()[name])
