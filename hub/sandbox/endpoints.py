"""The local agency's doors: `/token`, budget, source contract, contracts, catalogue, `/truth`."""

import base64
import codecs
import hashlib
import random
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, unquote_plus

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.sandbox.agency import (
    API_KEY,
    CLIENT_ID,
    CLIENT_SECRET,
    KINDS,
    RESOURCE,
    USER_TOKEN,
    Agency,
)
from hub.sandbox.record_faults import ROWS, SHAPES, encoded, spoilt
from hub.sandbox.records import Record
from hub.sandbox.wire_faults import Wire

STEP: Final = 20
"""Records of a page of the budget service; it takes no other wish."""
LIMIT: Final = 100
MOST: Final = 500
WORLD: Final = 10**12
HUGE: Final = {"huge-field": 50_000_000, "big-field": 2_000_000}


class Doors:
    """The endpoints of one agency."""

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self.last: dict[str, list[Record]] = {}

    async def token(self, request: Request) -> Response:
        """OAuth 2.0 client credentials, the secret in the header or in the body (RFC 6749, 4.4)."""
        form = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            name, _, secret = base64.b64decode(given).decode().partition(":")
            form |= {"client_id": unquote_plus(name), "client_secret": unquote_plus(secret)}
        self.agency.seen["token_requests"] += 1
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            self.agency.seen["refused_clients"] += 1
            return JSONResponse(
                {"error": "invalid_client"}, 401, {"www-authenticate": 'Basic realm="sandbox"'}
            )
        if form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        resource = form.get("resource") or form.get("audience") or ""
        self.agency.seen["token_requests_without_resource"] += not resource
        return JSONResponse(
            {
                "access_token": self.agency.issue(resource),
                "token_type": "Bearer",
                "expires_in": self.agency.lifetime,
            },
            headers={"cache-control": "no-store"},
        )

    async def budget(self, request: Request) -> Response:
        """Budget against disbursement, twenty records a page; an empty page ends the list."""
        asked = request.query_params
        if asked.get("user_token") != USER_TOKEN:
            self.agency.seen["refused"] += 1
            return JSONResponse({"message": "invalid user_token"}, 401)
        offset = asked.get("offset", "0")
        if not (offset.isascii() and offset.isdigit()):
            return JSONResponse({"message": "offset"}, 400)
        ranges = self.agency.data.numbers(asked.get("year"), asked.get("min_code"))
        wanted = taken(ranges, int(offset), STEP)
        records = [self.agency.data.budget(number) for number in wanted]
        return self.answered({"result": self.shaped("budget", records)})

    async def contracts(self, request: Request) -> Response:
        """Contracts from an offset; the key comes in a header."""
        asked = request.query_params
        if request.headers.get("api-key") != API_KEY:
            self.agency.seen["refused"] += 1
            return JSONResponse({"message": "No API key found in request"}, 401)
        try:
            limit = whole(asked.get("limit", "10"), MOST)
            offset = whole(asked.get("offset", "0"), WORLD, least=0)
        except ValueError as wrong:
            return JSONResponse({"message": str(wrong)}, 400)
        wanted = taken(self.agency.data.numbers(asked.get("year"), None), offset, limit)
        records = [self.agency.data.contract(number) for number in wanted]
        return self.answered({"result": self.shaped("contracts", records)})

    async def table(self, request: Request) -> Response:
        """Rows of the catalogue's one table, as CKAN answers `datastore_search`."""
        asked = request.query_params
        if asked.get("resource_id") != RESOURCE:
            error = {"__type": "Not Found Error", "message": "Not found: Resource was not found."}
            return JSONResponse({"success": False, "error": error}, 404)
        if self.due("not-success"):
            error = {"__type": "Search Query Error", "message": "Search is not available now"}
            return JSONResponse({"success": False, "error": error})
        try:
            limit = min(whole(asked.get("limit", str(LIMIT)), WORLD), MOST)
            offset = whole(asked.get("offset", "0"), WORLD, least=0)
        except ValueError as wrong:
            error = {"__type": "Validation Error", "message": f"{wrong}: Invalid integer"}
            return JSONResponse({"success": False, "error": error}, 409)
        count = self.agency.data.count
        rows = [self.agency.data.row(n) for n in range(offset, min(offset + limit, count))]
        following = request.url.include_query_params(offset=offset + limit)
        result = {
            "resource_id": RESOURCE,
            "records": self.shaped("catalog", rows),
            "limit": limit,
            "total": count,
            "_links": {"next": f"{following.path}?{following.query}"},
        }
        return self.answered({"success": True, "result": result})

    async def projects(self, request: Request) -> Response:
        """A page of the source contract."""
        kind = request.url.path.split("/")[1]
        if refusal := self.unauthorised(request):
            return refusal
        asked = request.query_params
        try:
            limit = whole(asked.get("limit", str(LIMIT)), MOST)
            start = self.started(kind, asked.get("cursor"), asked.get("updated_since"))
        except ValueError as wrong:
            return JSONResponse({"error": "invalid_parameter", "parameter": str(wrong)}, 400)
        items, after = self.agency.page(kind, start, limit)
        if self.due("cursor-loop"):
            after = start
        answer = {
            "items": self.shaped(kind, items),
            "next_cursor": None if after is None else cursor(after),
            "total": self.agency.total(kind, self.started(kind, None, asked.get("updated_since"))),
        }
        body = encoded(self.finished(answer))
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"etag": tag})
        return Response(body, media_type="application/json", headers={"etag": tag})

    def answered(self, answer: Record) -> Response:
        """A page as bytes."""
        mark = codecs.BOM_UTF8 if self.due("bom") else b""
        return Response(mark + encoded(answer), media_type="application/json")

    async def one(self, request: Request) -> Response:
        """One project of the source contract by its key, or its tombstone; 404 where it is none."""
        kind = request.url.path.split("/")[1]
        if refusal := self.unauthorised(request):
            return refusal
        found = self.agency.one(kind, request.path_params["key"])
        if found is None:
            return JSONResponse({"error": "not_found"}, 404)
        return self.answered(self.shaped(kind, [found])[0])

    @staticmethod
    def finished(page: Record) -> Record:
        """A page as it leaves; a test puts another in this place to break the contract."""
        return page

    def unauthorised(self, request: Request) -> Response | None:
        """What a request without a living token is answered."""
        if self.due("expire-token"):
            self.agency.tokens.clear()
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token in self.agency.tokens:
            may_not = JSONResponse({"error": "insufficient_scope"}, 403)
            return may_not if self.agency.forbidden else None
        self.agency.seen["refused"] += 1
        header = {"www-authenticate": 'Bearer realm="sandbox", error="invalid_token"'}
        return JSONResponse({"error": "invalid_token"}, 401, header)

    def started(self, kind: str, after: str | None, since: str | None) -> int:
        """The place a page starts from; a `ValueError` names the parameter that is wrong."""
        if after is not None:
            return place(after)
        if since is None:
            return 0
        try:
            when = datetime.fromisoformat(since)
        except ValueError:
            raise ValueError("updated_since") from None
        if when.tzinfo is None:
            raise ValueError("updated_since")
        return self.agency.since(kind, when)

    def due(self, name: str) -> bool:
        """Whether a fault of this name happens to the page being answered."""
        page = self.agency.seen["pages"]
        return any(f.name == name and f.due(page) for f in self.agency.faults)

    def shaped(self, api: str, records: list[Record]) -> list[Record]:
        """The records of a page, as the faults of the agency want them."""
        if self.due("empty-mid"):
            return []
        if self.due("duplicate-page"):
            records = self.last.get(api, records)
        if self.due("shuffled"):
            records = random.Random(len(records)).sample(records, len(records))  # noqa: S311
        for name, size in HUGE.items():
            if records and self.due(name):
                text = {SHAPES[api].title: "ก" * (size // 3)}
                records = [{**records[0], **text}, *records[1:]]
        for name in ROWS:
            if self.due(name):
                records = spoilt(name, api, records)
        self.last[api] = records
        return records

    async def elsewhere(self, request: Request) -> Response:
        """Another host, as far as a client can know: counts the secrets that reach it."""
        self.agency.seen["elsewhere"] += 1
        told = str(request.headers.raw) + str(request.url)
        if "authorization" in request.headers or USER_TOKEN in told:
            self.agency.seen["stolen"] += 1
        return JSONResponse({"items": [], "result": [], "next_cursor": None, "total": 0})

    async def truth(self, _: Request) -> Response:
        """What was served, in counts and sums, and what was asked for."""
        return JSONResponse(await run_in_threadpool(self.agency.truth))


def taken(ranges: list[range], offset: int, limit: int) -> list[int]:
    """So many numbers of some ranges, from a place on; nothing before it is gone through."""
    found: list[int] = []
    for numbers in ranges:
        found += numbers[offset : offset + limit - len(found)]
        offset = max(0, offset - len(numbers))
    return found


def whole(text: str, most: int, *, least: int = 1) -> int:
    """A limit from 1 to `most`, or an offset."""
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise ValueError("limit" if least else "offset")
    return int(text)


def cursor(at: int) -> str:
    """A place, in a form that nobody is tempted to count with."""
    return base64.urlsafe_b64encode(f"at{at}".encode()).decode().rstrip("=")


def place(text: str) -> int:
    """The place a cursor stands for."""
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        raise ValueError("cursor") from None
    if not (found.startswith("at") and found[2:].isdigit()):
        raise ValueError("cursor")
    return int(found[2:])


def sandbox(agency: Agency) -> Starlette:
    """The application."""
    doors = Doors(agency)
    routes = [
        Route("/token", doors.token, methods=["POST"]),
        Route("/budget/bbgfproject", doors.budget),
        *(Route(f"/{kind}/projects", doors.projects) for kind in KINDS),
        Route("/contracts/cgdcontract", doors.contracts),
        Route("/catalog/api/3/action/datastore_search", doors.table),
        *(Route(f"/{kind}/projects/{{key}}", doors.one) for kind in KINDS),
        Route("/elsewhere", doors.elsewhere),
        Route("/truth", doors.truth),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Wire, agency=agency)])
