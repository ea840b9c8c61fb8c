"""The endpoints of the local agency: token, budget, source contract, contracts, catalogue,
truth.
"""

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
    CONTRACT_KINDS,
    RESOURCE,
    USER_TOKEN,
    SandboxAgency,
)
from hub.sandbox.plan_route import create_plan_route
from hub.sandbox.record_faults import (
    COLUMNS_BY_API,
    RECORD_FAULTS,
    apply_record_fault,
    encode_answer,
)
from hub.sandbox.records import JsonObject
from hub.sandbox.wire_faults import FaultMiddleware

BUDGET_PAGE_SIZE: Final = 20
"""Records of a page of the budget service, which has no parameter for it."""
DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 500
MAX_OFFSET: Final = 10**12
HUGE_FIELD_SIZES: Final = {"huge-field": 50_000_000, "big-field": 2_000_000}


class SandboxEndpoints:
    """The endpoints of one agency."""

    def __init__(self, agency: SandboxAgency) -> None:
        self.agency = agency
        self.last_records: dict[str, list[JsonObject]] = {}

    async def token(self, request: Request) -> Response:
        """OAuth 2.0 client credentials, with the secret in the header or the body (RFC 6749,
        4.4).
        """
        form = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            name, _, secret = base64.b64decode(encoded).decode().partition(":")
            form |= {"client_id": unquote_plus(name), "client_secret": unquote_plus(secret)}
        self.agency.counters["token_requests"] += 1
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            self.agency.counters["refused_clients"] += 1
            return JSONResponse(
                {"error": "invalid_client"}, 401, {"www-authenticate": 'Basic realm="sandbox"'}
            )
        if form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        resource = form.get("resource") or form.get("audience") or ""
        self.agency.counters["token_requests_without_resource"] += not resource
        return JSONResponse(
            {
                "access_token": self.agency.issue_token(resource),
                "token_type": "Bearer",
                "expires_in": self.agency.token_lifetime,
            },
            headers={"cache-control": "no-store"},
        )

    async def budget(self, request: Request) -> Response:
        """Return budget and disbursement, twenty records a page; an empty page ends the list."""
        query = request.query_params
        if query.get("user_token") != USER_TOKEN:
            self.agency.counters["refused"] += 1
            return JSONResponse({"message": "invalid user_token"}, 401)
        offset = query.get("offset", "0")
        if not (offset.isascii() and offset.isdigit()):
            return JSONResponse({"message": "offset"}, 400)
        ranges = self.agency.data.number_ranges(query.get("year"), query.get("min_code"))
        numbers = select_numbers(ranges, int(offset), BUDGET_PAGE_SIZE)
        records = [self.agency.data.budget(number) for number in numbers]
        return self.build_response({"result": self.apply_faults("budget", records)})

    async def contracts(self, request: Request) -> Response:
        """Return contracts from an offset; the API key is in a header."""
        query = request.query_params
        if request.headers.get("api-key") != API_KEY:
            self.agency.counters["refused"] += 1
            return JSONResponse({"message": "No API key found in request"}, 401)
        try:
            limit = parse_limit(query.get("limit", "10"), MAX_LIMIT)
            offset = parse_limit(query.get("offset", "0"), MAX_OFFSET, minimum=0)
        except ValueError as error:
            return JSONResponse({"message": str(error)}, 400)
        numbers = select_numbers(
            self.agency.data.number_ranges(query.get("year"), None), offset, limit
        )
        records = [self.agency.data.contract(number) for number in numbers]
        return self.build_response({"result": self.apply_faults("contracts", records)})

    async def table(self, request: Request) -> Response:
        """Return rows of the table like CKAN's `datastore_search`."""
        query = request.query_params
        if query.get("resource_id") != RESOURCE:
            error = {"__type": "Not Found Error", "message": "Not found: Resource was not found."}
            return JSONResponse({"success": False, "error": error}, 404)
        if self.triggers_fault("not-success"):
            error = {"__type": "Search Query Error", "message": "Search is not available now"}
            return JSONResponse({"success": False, "error": error})
        try:
            limit = min(parse_limit(query.get("limit", str(DEFAULT_LIMIT)), MAX_OFFSET), MAX_LIMIT)
            offset = parse_limit(query.get("offset", "0"), MAX_OFFSET, minimum=0)
        except ValueError as invalid:
            error = {"__type": "Validation Error", "message": f"{invalid}: Invalid integer"}
            return JSONResponse({"success": False, "error": error}, 409)
        count = self.agency.data.count
        rows = [self.agency.data.row(n) for n in range(offset, min(offset + limit, count))]
        following = request.url.include_query_params(offset=offset + limit)
        result = {
            "resource_id": RESOURCE,
            "records": self.apply_faults("catalog", rows),
            "limit": limit,
            "total": count,
            "_links": {"next": f"{following.path}?{following.query}"},
        }
        return self.build_response({"success": True, "result": result})

    async def projects(self, request: Request) -> Response:
        """Return a page of the source contract."""
        kind = request.url.path.split("/")[1]
        if refusal := self.check_token(request):
            return refusal
        query = request.query_params
        try:
            limit = parse_limit(query.get("limit", str(DEFAULT_LIMIT)), MAX_LIMIT)
            position = self.resolve_start(kind, query.get("cursor"), query.get("updated_since"))
        except ValueError as error:
            return JSONResponse({"error": "invalid_parameter", "parameter": str(error)}, 400)
        items, next_position = self.agency.list_page(kind, position, limit)
        if self.triggers_fault("cursor-loop"):
            next_position = position
        answer = {
            "items": self.apply_faults(kind, items),
            "next_cursor": None if next_position is None else encode_position(next_position),
            "total": self.agency.count_records(
                kind, self.resolve_start(kind, None, query.get("updated_since"))
            ),
        }
        body = encode_answer(self.finish_page(answer))
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"etag": etag})
        return Response(body, media_type="application/json", headers={"etag": etag})

    def build_response(self, answer: JsonObject) -> Response:
        """Return a page as a response."""
        prefix = codecs.BOM_UTF8 if self.triggers_fault("bom") else b""
        return Response(prefix + encode_answer(answer), media_type="application/json")

    async def project(self, request: Request) -> Response:
        """Return one project of the source contract by its key, or its tombstone; 404 if there
        is none.
        """
        kind = request.url.path.split("/")[1]
        if refusal := self.check_token(request):
            return refusal
        found = self.agency.find_record(kind, request.path_params["key"])
        if found is None:
            return JSONResponse({"error": "not_found"}, 404)
        return self.build_response(self.apply_faults(kind, [found])[0])

    @staticmethod
    def finish_page(page: JsonObject) -> JsonObject:
        """Return the final page; tests replace this method to violate the contract."""
        return page

    def check_token(self, request: Request) -> Response | None:
        """Return the error response to a request without a valid token, else null."""
        if self.triggers_fault("expire-token"):
            self.agency.tokens.clear()
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token in self.agency.tokens:
            insufficient_scope = JSONResponse({"error": "insufficient_scope"}, 403)
            return insufficient_scope if self.agency.denies_access else None
        self.agency.counters["refused"] += 1
        header = {"www-authenticate": 'Bearer realm="sandbox", error="invalid_token"'}
        return JSONResponse({"error": "invalid_token"}, 401, header)

    def resolve_start(self, kind: str, after: str | None, since: str | None) -> int:
        """Return the start position of a page; a `ValueError` names the invalid parameter."""
        if after is not None:
            return decode_position(after)
        if since is None:
            return 0
        try:
            when = datetime.fromisoformat(since)
        except ValueError:
            raise ValueError("updated_since") from None
        if when.tzinfo is None:
            raise ValueError("updated_since")
        return self.agency.find_position_since(kind, when)

    def triggers_fault(self, name: str) -> bool:
        """Return whether a fault of this name happens to the current page."""
        page = self.agency.counters["pages"]
        return any(f.name == name and f.trigger(page) for f in self.agency.faults)

    def apply_faults(self, api: str, records: list[JsonObject]) -> list[JsonObject]:
        """Return the records of a page with the agency's faults applied."""
        if self.triggers_fault("empty-mid"):
            return []
        if self.triggers_fault("duplicate-page"):
            records = self.last_records.get(api, records)
        if self.triggers_fault("shuffled"):
            records = random.Random(len(records)).sample(records, len(records))  # noqa: S311
        for name, size in HUGE_FIELD_SIZES.items():
            if records and self.triggers_fault(name):
                text = {COLUMNS_BY_API[api].title: "ก" * (size // 3)}
                records = [{**records[0], **text}, *records[1:]]
        for name in RECORD_FAULTS:
            if self.triggers_fault(name):
                records = apply_record_fault(name, api, records)
        self.last_records[api] = records
        return records

    async def elsewhere(self, request: Request) -> Response:
        """Respond as another host would; count the secrets that were sent to it."""
        self.agency.counters["elsewhere"] += 1
        request_text = str(request.headers.raw) + str(request.url)
        if "authorization" in request.headers or USER_TOKEN in request_text:
            self.agency.counters["stolen"] += 1
        return JSONResponse({"items": [], "result": [], "next_cursor": None, "total": 0})

    async def truth(self, _: Request) -> Response:
        """Return what was served, in counts and sums, and the counts of requests."""
        return JSONResponse(await run_in_threadpool(self.agency.compute_truth))


def select_numbers(ranges: list[range], offset: int, limit: int) -> list[int]:
    """Return record numbers from a position in the ranges, without iterating over earlier ones."""
    selected: list[int] = []
    for numbers in ranges:
        selected += numbers[offset : offset + limit - len(selected)]
        offset = max(0, offset - len(numbers))
    return selected


def parse_limit(text: str, maximum: int, *, minimum: int = 1) -> int:
    """Return a parameter as a number from the minimum to the maximum; `ValueError` if invalid."""
    if not (text.isascii() and text.isdigit() and minimum <= int(text) <= maximum):
        raise ValueError("limit" if minimum else "offset")
    return int(text)


def encode_position(position: int) -> str:
    """Return a position as an opaque cursor."""
    return base64.urlsafe_b64encode(f"at{position}".encode()).decode().rstrip("=")


def decode_position(text: str) -> int:
    """Return the position of a cursor."""
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        raise ValueError("cursor") from None
    if not (decoded.startswith("at") and decoded[2:].isdigit()):
        raise ValueError("cursor")
    return int(decoded[2:])


def create_sandbox(agency: SandboxAgency) -> Starlette:
    """Return the ASGI application."""
    endpoints = SandboxEndpoints(agency)
    routes = [
        Route("/token", endpoints.token, methods=["POST"]),
        Route("/budget/bbgfproject", endpoints.budget),
        *(Route(f"/{kind}/projects", endpoints.projects) for kind in CONTRACT_KINDS),
        Route("/contracts/cgdcontract", endpoints.contracts),
        create_plan_route(agency.data.seed),
        Route("/catalog/api/3/action/datastore_search", endpoints.table),
        *(Route(f"/{kind}/projects/{{key}}", endpoints.project) for kind in CONTRACT_KINDS),
        Route("/elsewhere", endpoints.elsewhere),
        Route("/truth", endpoints.truth),
    ]
    return Starlette(routes=routes, middleware=[Middleware(FaultMiddleware, agency=agency)])
