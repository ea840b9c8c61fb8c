"""`/healthz`: whether the process lives; `/readyz`: whether questions can be answered.

A supervisor restarts what does not live, and a balancer sends nobody to what is not ready. A hub
whose database is away lives: starting it again would not help.
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
    """Both endpoints; `ready` asks the database, not merely a variable."""

    def __init__(self, ready: ReadinessCheck) -> None:
        self._ready = ready

    def routes(self) -> list[Route]:
        """Return the routes of both endpoints."""
        return [Route("/healthz", self.liveness), Route("/readyz", self.readiness)]

    async def liveness(self, _: Request) -> Response:
        """200, always: who can say it lives."""
        return health_response(200, alive=True, th="ทำงานอยู่", en="alive")

    async def readiness(self, _: Request) -> Response:
        """200 once questions can be answered, 503 before that and when they no longer can."""
        if await self._ready():
            return health_response(200, ready=True, th="พร้อมตอบคำถาม", en="ready to answer")
        response = health_response(503, ready=False, th="ยังไม่พร้อม", en="not ready")
        response.headers.update(headers_of(NotReady()))
        return response


def health_response(status: int, **content: object) -> Response:
    """One line for machines and people."""
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(content), status, headers, media_type="application/json")
