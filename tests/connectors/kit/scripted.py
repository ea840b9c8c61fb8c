"""A server that answers what a test has written down, in order, and remembers what it was asked."""

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
from tests.sandbox.served import Slept, declared, serving


@dataclass
class Script:
    """Answers still to come; the last one is given again and again."""

    address: str = ""
    answers: list[Response] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    slept: Slept = field(default_factory=Slept)

    async def answer(self, request: Request) -> Response:
        question = request.url.path + ("?" + request.url.query if request.url.query else "")
        self.asked.append(question)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def says(self, *bodies: Any, **headers: str) -> None:
        """Answer with these bodies: bytes as they are, anything else as JSON."""
        self.answers = [
            Response(
                body if isinstance(body, bytes) else json.dumps(body).encode(),
                headers={"content-type": "application/json", **headers},
            )
            for body in bodies
        ]

    async def read(
        self, cursor: str | None = None, limits: FetchLimits | None = None, **changes: Any
    ) -> list[RawPage]:
        """The pages that come of it."""
        plain = {"auth": {}, "url": f"{self.address}/list"}
        spec = parse_source_spec(
            "scripted", declared("budget", self.address, **{**plain, **changes}), ""
        )
        reader = HttpPages(
            spec, Anonymous(), limits=limits or FetchLimits(), timing=self.slept.waiting
        )
        return [page async for page in reader(cursor)]


@contextmanager
def scripted() -> Iterator[Script]:
    """A script and the server that follows it."""
    script = Script()
    with serving(Starlette(routes=[Route("/{path:path}", script.answer)])) as address:
        script.address = address
        yield script
