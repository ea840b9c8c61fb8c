"""Refused calls: every one is counted, and few lines are written, however many there are.

The first of a caller is written at once; what follows within a minute is counted, and written as
one entry when the minute is over. Those of nobody in particular from very many addresses share one
entry, so that nobody fills the disk by being refused. Each node counts for itself.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.domain.access import ANONYMOUS
from hub.domain.access_log import AccessKind, Caller, Entry, Operation
from hub.domain.clients import Client
from hub.errors import Unready
from hub.web.faults import new_trace
from hub.web.turnstile import address_of

logger = logging.getLogger(__name__)
WINDOW: Final = 60.0
"""Seconds whose refusals of one caller are one entry."""
MOST_ADDRESSES: Final = 100
MOST_KNOWN: Final = 1_000
"""Callers told apart in a minute: addresses, and those the register knows."""
ELSEWHERE: Final = "elsewhere"
"""The address of the others."""
LONGEST_PATH: Final = 200
STATUSES: Final = {401: "UNAUTHENTICATED", 403: "FORBIDDEN"}
Write = Callable[[Sequence[Entry]], Awaitable[None]]
Key = tuple[str | None, ...]


@dataclass(slots=True)
class Counted:
    """Refusals of one caller since the last entry, the first of them as it would be written."""

    entry: Entry
    since: float
    count: int = 0


class Refusals:
    """Writes refused calls to the log of access, bounded."""

    def __init__(self, write: Write, ticks: Callable[[], float] = time.monotonic) -> None:
        self._write = write
        self._ticks = ticks
        self._counted: dict[Key, Counted] = {}

    async def note(self, entries: Sequence[Entry]) -> None:
        """Count refusals, and write those whose turn it is."""
        for entry in entries:
            self._count(entry)
        await self.tell()

    async def tell(self, *, everything: bool = False) -> None:
        """Write what was counted in minutes that are over; what cannot be written is kept."""
        now = self._ticks()
        due = {
            key: held
            for key, held in self._counted.items()
            if everything or now - held.since >= WINDOW or held.since == float("-inf")
        }
        for key, held in due.items():
            if held.count:
                self._counted[key] = Counted(held.entry, now)
            else:
                del self._counted[key]
        told = [replace(held.entry, count=held.count) for held in due.values() if held.count]
        try:
            await self._write(told)
        except Unready:  # a refusal gives nothing away: it may leave, and is written later
            for key, held in due.items():
                if held.count:
                    later = self._counted.setdefault(key, Counted(held.entry, now))
                    later.count += held.count

    def _count(self, entry: Entry) -> None:
        key = key_of(entry)
        if key not in self._counted and self._crowded(entry):
            entry = replace(entry, caller=Caller(address=ELSEWHERE))
            key = key_of(entry)
        held = self._counted.setdefault(key, Counted(entry, float("-inf")))
        if not held.count:
            held.entry = entry
        held.count += 1

    def _crowded(self, entry: Entry) -> bool:
        known = entry.caller.agency_id is not None
        callers = (one.entry.caller for one in self._counted.values())
        alike = sum(1 for caller in callers if (caller.agency_id is not None) == known)
        return alike >= (MOST_KNOWN if known else MOST_ADDRESSES)


def key_of(entry: Entry) -> Key:
    """What is counted together: the caller, the code, and where it was refused."""
    caller, operation = entry.caller, entry.operation
    place = operation.name if operation.kind == "request" else " ".join(operation.fields)
    who = caller.agency_id, caller.client, caller.subject, caller.address
    return (*who, entry.reason, entry.source_id, place)


class Noticed:
    """Around the application: whatever door refuses a request, it is counted here."""

    def __init__(self, app: ASGIApp, note: Callable[[Sequence[Entry]], Awaitable[None]]) -> None:
        self._app = app
        self._note = note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and count an answer that refuses."""

        async def noticing(message: Message) -> None:
            if message["type"] == "http.response.start":
                reason = STATUSES.get(message["status"])
                if reason is None and challenged(message):
                    reason = STATUSES[401]
                if reason is not None:
                    await self._note([refused(Request(scope), reason)])
            await send(message)

        await self._app(scope, receive, noticing if scope["type"] == "http" else send)


def challenged(message: Message) -> bool:
    """Whether an answer asks for another proof of who is asking."""
    return any(name.lower() == b"www-authenticate" for name, _ in message["headers"])


def refused(request: Request, reason: str) -> Entry:
    """The entry of one refused request.

    `state.client` is the registered client that a door took it for, before it was refused. A name
    that the register does not know is not kept: somebody may have sent a secret in its place.
    """
    known: Client | None = getattr(request.state, "client", None)
    caller = Caller.of(ANONYMOUS, address_of(request), None)
    if known is not None:
        caller = replace(caller, client=known.id, agency_id=known.agency_id)
    operation = Operation(
        "request", request.scope.get("path", "")[:LONGEST_PATH], trace=new_trace()
    )
    return Entry(AccessKind.DENIED, caller, operation, count=1, reason=reason)
