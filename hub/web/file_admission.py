"""Admit files as the query that they answer, and write them in turn.

The same viewer, allow-list, rate limit, cost, slots, time of statements and audit log as of the
query. What a file has is read in one snapshot, and the file is written afterwards.
"""

import asyncio
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, Final, TypeVar

from starlette.requests import Request

from hub.errors import Invalid, NotReady
from hub.web.errors import new_trace
from hub.web.graphql.disconnects import run_while_connected
from hub.web.graphql.execution import Execution
from hub.web.graphql.request import GraphQLRequest
from resolvers.context import Context

MAX_WRITERS: Final = 1
"""Documents that one process writes at a time: a writer uses the CPU of the event loop."""
WRITER_WAIT: Final = 30.0
"""Seconds that a document waits for its writer."""
Answered = TypeVar("Answered")
Choice = TypeVar("Choice", bound=Enum)


class FileAdmission:
    """Reads and writes files; all endpoints of files share it, and so its writers."""

    def __init__(self, execution: Execution) -> None:
        self._execution = execution
        self._writers = asyncio.Semaphore(MAX_WRITERS)

    async def read(
        self,
        request: Request,
        query: str,
        variables: dict[str, Any],
        read: Callable[[Context], Awaitable[Answered]],
        compute_cost: Callable[[Answered], int] = lambda _: 0,
    ) -> Answered:
        """Return what `read` returns in the context of a query that the viewer may send.

        `compute_cost` is charged beyond the cost of the query, before the file is written.
        """
        trace = new_trace()
        operation = await self._execution.prepare(
            GraphQLRequest(query, variables, None, {}), request, trace
        )
        work = self._execution.read(operation, request, trace, read)
        answer = await run_while_connected(work, request.receive)
        self._execution.charge(operation, compute_cost(answer))
        return answer

    async def write(self, write: Callable[[], bytes]) -> bytes:
        """Return what a thread writes; `NotReady` when other documents take too long."""
        try:
            async with asyncio.timeout(WRITER_WAIT):
                await self._writers.acquire()
        except TimeoutError:
            raise NotReady from None
        try:
            return await asyncio.to_thread(write)
        finally:
            self._writers.release()


def parse_choice(
    choices: type[Choice], name: str, text: str, spell: Callable[[str], str] = str
) -> Choice:
    """Return the member that a parameter names; `Invalid(name)` lists the members there are."""
    by_name = {spell(one.value): one for one in choices}
    if text not in by_name:
        listed = ", ".join(by_name)
        raise Invalid(name, f"ต้องเป็นค่าใดค่าหนึ่ง: {listed}", f"must be one of {listed}")
    return by_name[text]
