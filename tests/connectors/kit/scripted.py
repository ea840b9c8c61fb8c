"""An HTTP server that returns a test's responses in order and records the requests it receives."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.kit.credentials import Anonymous
from connectors.kit.limits import FetchLimits
from connectors.kit.paging import HttpPages
from hub.domain.sources.records import RawPage
from hub.domain.sources.spec import parse_source_spec
from tests.sandbox.sandbox_source import FakeSleep, build_declaration, serve_app


@dataclass
class ScriptedSource:
    """Responses to return in order; the last one is repeated."""

    address: str = ""
    answers: list[Response] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    fake_sleep: FakeSleep = field(default_factory=FakeSleep)

    async def handle(self, request: Request) -> Response:
        target = request.url.path + ("?" + request.url.query if request.url.query else "")
        self.requests.append(target)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def respond_with(self, *bodies: Any, **headers: str) -> None:
        """Set the response bodies: bytes are sent unchanged, other values as JSON."""
        self.answers = [
            Response(
                body if isinstance(body, bytes) else json.dumps(body).encode(),
                headers={"content-type": "application/json", **headers},
            )
            for body in bodies
        ]

    async def read_pages(
        self, cursor: str | None = None, limits: FetchLimits | None = None, **changes: Any
    ) -> list[RawPage]:
        """Read the source and return its pages."""
        defaults = {"auth": {}, "url": f"{self.address}/list"}
        spec = parse_source_spec(
            "scripted", build_declaration("budget", self.address, **{**defaults, **changes}), ""
        )
        reader = HttpPages(
            spec, Anonymous(), limits=limits or FetchLimits(), timing=self.fake_sleep.timing
        )
        return [page async for page in reader(cursor)]


@contextmanager
def serve_script() -> Iterator[ScriptedSource]:
    """Serve a script on loopback and yield it."""
    script = ScriptedSource()
    with serve_app(Starlette(routes=[Route("/{path:path}", script.handle)])) as address:
        script.address = address
        yield script
