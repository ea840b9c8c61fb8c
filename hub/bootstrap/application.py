"""Build the application over an open database; every part is constructed once, with real objects.

Tests pass in a clock, an authentication backend or a database; nothing is replaced afterwards.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from graphql import GraphQLSchema
from starlette.applications import Starlette
from starlette.authentication import AuthenticationBackend
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.routing import Route, WebSocketRoute
from strawberry import Schema

from connectors.registry import Connector
from hub.bootstrap.commands import build_commands
from hub.bootstrap.contexts import RequestContexts
from hub.bootstrap.remote_json import fetch_json
from hub.bootstrap.sources import list_review_connectors
from hub.domain.identity.clients import Jwk
from hub.domain.sources.live import LiveFigureClient
from hub.domain.time import Clock
from hub.services.imports.forms import ImportForms
from hub.services.sources.quarantine_review import QuarantineReview
from hub.settings import Settings
from hub.store.data_version import DataVersions
from hub.store.database import Database
from hub.store.identity.audit_log import AuditLogWriter
from hub.store.identity.keys import SigningKeyStore as NodeKey
from hub.store.identity.people import DatabaseSessionStore
from hub.store.identity.registry import DatabaseRegistry
from hub.web.audit_context import DeniedRequestsMiddleware, RequestAudit
from hub.web.auth.authorization_endpoint import AuthorizationEndpoint
from hub.web.auth.backend import BearerAuthentication
from hub.web.auth.issuers import IssuerRegistry
from hub.web.auth.login import LoginEndpoints
from hub.web.auth.metadata import Metadata
from hub.web.auth.sessions import Sessions
from hub.web.auth.token_endpoint import TokenEndpoint
from hub.web.cors import CorsMiddleware
from hub.web.file_admission import FileAdmission
from hub.web.files import FileEndpoints
from hub.web.graphql.allow_list import OperationAllowList, load_documents
from hub.web.graphql.answer_cache import AnswerCache
from hub.web.graphql.endpoint import GraphQLEndpoint
from hub.web.graphql.query_cost import FieldWeight, Weights
from hub.web.graphql.slots import ExecutionSlots, Limits
from hub.web.headers import SecurityHeadersMiddleware
from hub.web.health import Health
from hub.web.matrix_files import MatrixFileEndpoints
from hub.web.own_hosts import OwnHostsMiddleware, list_own_names
from hub.web.pages.routes import ROUTES as PAGES
from hub.web.rate_limits import RateLimiter
from hub.web.session_files import SessionFileEndpoints
from schema.contract import create_schema
from schema.cost import list_field_costs
from schema.execution.executor import PlannedExecutor
from schema.json_schema import build_json_schema


def utc_now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Application:
    """The ASGI application over one database, and the parts its owner needs to run and stop it."""

    app: Starlette
    database: Database
    graphql: GraphQLEndpoint
    authentication: AuthenticationBackend
    issuers: IssuerRegistry
    audit: RequestAudit


def build_application(
    settings: Settings,
    database: Database,
    *,
    live_figures: LiveFigureClient | None = None,
    generated_connectors: Mapping[str, Connector] | None = None,
    authentication: AuthenticationBackend | None = None,
    operations: OperationAllowList | None = None,
    clock: Clock = utc_now,
    monotonic: Callable[[], float] = time.monotonic,
) -> Application:
    """Return the application over an open database.

    `live_figures` fetches the current figures of agencies (None: they are not fetched).
    `generated_connectors` are those of the made-up sources of `hub demo fill`. Without
    `authentication`, bearer tokens and session cookies are verified. Without `operations`, the
    allow-lists are read from `HUB_OPERATIONS_DIR`.
    """
    registry, session_store = DatabaseRegistry(database), DatabaseSessionStore(database)
    audit = RequestAudit(AuditLogWriter(database).write, monotonic)
    issuers = IssuerRegistry(registry, fetch_json, monotonic)
    sessions = Sessions(settings.url, session_store, monotonic, clock, demo=settings.demo)
    authentication = authentication or BearerAuthentication(
        settings.url,
        issuers,
        sessions,
        audit.denied,
        allow_anonymous=settings.anonymous,
        clock=clock,
        monotonic=monotonic,
    )
    login = LoginEndpoints(
        settings.url,
        issuers,
        session_store,
        sessions,
        fetch=fetch_json,
        read_secret=settings.read_secret,
        clock=clock,
        monotonic=monotonic,
        demo=settings.demo,
    )
    key_store = NodeKey(settings.data_dir / "keys")

    async def _get_signing_key() -> Jwk:
        return await key_store.get_private_key(database, clock())

    token_endpoint = TokenEndpoint(
        settings.url, registry, session_store, sessions, _get_signing_key, clock
    )
    authorization_endpoint = AuthorizationEndpoint(
        settings.url, issuers, session_store, sessions, clock
    )
    review = QuarantineReview(
        database, partial(list_review_connectors, settings, generated_connectors or {})
    )
    commands = build_commands(settings, database, clock)
    contexts = RequestContexts(database, review, audit, live_figures, clock, commands)
    files = FileEndpoints(commands.imports, ImportForms(database, clock), get_plan_json_schema)
    graphql = GraphQLEndpoint(
        get_executable_schema(),
        contexts.open,
        authentication,
        url=settings.url,
        weights=get_field_weights(),
        allow_introspection=settings.introspection,
        operations=operations or load_allowed_operations(settings),
        slots=ExecutionSlots(Limits.from_pool_size(settings.pool_size)),
        rate_limiter=RateLimiter(settings.rate, settings.max_concurrent_requests, monotonic),
        executor_class=PlannedExecutor if settings.planned_execution else None,
        cache=build_answer_cache(settings, database, clock),
    )
    admission = FileAdmission(graphql.execution)
    app = Starlette(
        routes=[
            Route("/graphql", graphql),
            WebSocketRoute("/graphql", graphql),
            *login.routes(),
            *authorization_endpoint.routes(),
            *token_endpoint.routes(),
            *Metadata(settings.url).routes(),
            *files.routes(),
            *MatrixFileEndpoints(admission, settings.url).routes(),
            *SessionFileEndpoints(admission).routes(),
            *Health(partial(database.is_responsive, 2)).routes(),
            *PAGES,
        ],
        middleware=[
            Middleware(DeniedRequestsMiddleware, denied=audit.denied),
            Middleware(SecurityHeadersMiddleware),
            Middleware(
                OwnHostsMiddleware,
                names=list_own_names(settings.url, f"//{settings.host}"),
                cookie=sessions.cookie,
                demo=settings.demo,
            ),
            Middleware(CorsMiddleware, list_origins=issuers.list_origins),
            Middleware(AuthenticationMiddleware, backend=authentication),
        ],
    )
    return Application(app, database, graphql, authentication, issuers, audit)


def build_answer_cache(settings: Settings, database: Database, clock: Clock) -> AnswerCache | None:
    """Return the cache of answers over a database; None if it has no memory."""
    if not settings.cache_megabytes:
        return None
    max_bytes = settings.cache_megabytes * 1_000_000
    return AnswerCache(DataVersions(database).current, clock, max_bytes)


def load_allowed_operations(settings: Settings) -> OperationAllowList:
    """Return the documents that may be executed; `Invalid` if their folder cannot be read."""
    folder = settings.operations_dir
    return OperationAllowList(load_documents(folder) if folder else None)


@cache
def get_published_schema() -> Schema:
    """Return the published schema; it is built once per process."""
    return create_schema()


@cache
def get_executable_schema() -> GraphQLSchema:
    """Return the published schema in the form that graphql-core executes."""
    return to_executable(get_published_schema())


@cache
def get_plan_json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a plan as JSON: the input of `planSubmit` without its key."""
    left_out = ("idempotencyKey", "checkOnly")
    return build_json_schema(get_executable_schema(), "PlanSubmitInput", left_out)


@cache
def get_field_weights() -> Weights:
    """Return the cost of each field of the published schema that declares one."""
    return {
        field: FieldWeight(weight, items)
        for field, weight, items in list_field_costs(get_published_schema())
    }


def to_executable(schema: Schema) -> GraphQLSchema:
    """Return a Strawberry schema in the form that graphql-core executes."""
    return schema._schema  # noqa: SLF001 - strawberry has no public name for it
