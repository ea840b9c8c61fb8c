"""`/healthz`: 200 once questions can be answered, 503 before that and when they no longer can."""

from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response

from hub.web.faults import RETRY_AFTER

Ready = Callable[[], Awaitable[bool]]


class Health:
    """The endpoint; `ready` asks the database, not merely a variable."""

    def __init__(self, ready: Ready) -> None:
        self._ready = ready

    async def answer(self, _: Request) -> Response:
        """One line for machines and people."""
        ready = await self._ready()
        headers = {"Cache-Control": "no-store"}
        if not ready:
            headers["Retry-After"] = str(RETRY_AFTER)
        said = {
            "ready": ready,
            "th": "พร้อมตอบคำถาม" if ready else "ยังไม่พร้อม กำลังเริ่มระบบ",
            "en": "ready to answer" if ready else "not ready yet",
        }
        return Response(
            orjson.dumps(said),
            200 if ready else 503,
            headers,
            media_type="application/json",
        )
