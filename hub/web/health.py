"""`/healthz`: whether the process runs; `/readyz`: whether requests can be answered.

A supervisor restarts a process that is not alive, and a load balancer sends no requests to one that
is not ready. A hub without its database is alive: restarting it would not help.
"""

from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.errors import NotReady
from hub.web.errors import headers_of

ReadinessCheck = Callable[[], Awaitable[bool]]


class Health:
    """Both endpoints; the `ready` check queries the database."""

    def __init__(self, ready: ReadinessCheck) -> None:
        self._ready = ready

    def routes(self) -> list[Route]:
        """Return the routes of both endpoints."""
        return [Route("/healthz", self.liveness), Route("/readyz", self.readiness)]

    async def liveness(self, _: Request) -> Response:
        """Return 200 always: a process that can answer is alive."""
        return health_response(200, alive=True, th="ทำงานอยู่", en="alive")

    async def readiness(self, _: Request) -> Response:
        """Return 200 while requests can be answered, else 503 with `Retry-After`."""
        if await self._ready():
            return health_response(200, ready=True, th="พร้อมตอบคำถาม", en="ready to answer")
        response = health_response(503, ready=False, th="ยังไม่พร้อม", en="not ready")
        response.headers.update(headers_of(NotReady()))
        return response


def health_response(status: int, **content: object) -> Response:
    """Return a JSON response of one line for machines and people."""
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(content), status, headers, media_type="application/json")
