"""Explain a matrix for operators: execute a document as a request would, and collect its plans."""

import inspect
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from graphql import GraphQLError, OperationType, execute, get_operation_ast

from hub.bootstrap.application import get_executable_schema, get_field_weights
from hub.bootstrap.commands import build_commands
from hub.domain.identity.audit_context import AuditContext
from hub.domain.identity.audit_log import Caller
from hub.domain.identity.viewer import Viewer
from hub.domain.record import value
from hub.errors import HubError, Invalid
from hub.services.sources.quarantine_review import QuarantineReview
from hub.settings import Settings
from hub.store.changes import ChangeFeed
from hub.store.database import Database
from hub.store.explain import (
    ExplainedStatement,
    ExplainedUnitOfWork,
    ExplainingTransaction,
    MatrixPart,
    RollupState,
)
from hub.store.ingest.events import SourceEventFeed
from hub.web.audit_context import describe_operation
from hub.web.errors import new_trace
from hub.web.graphql.documents import DocumentCache
from resolvers.context import Context

DOCUMENT_OF_KEY: Final = "query ($key: ID!) { savedMatrix(key: $key) { total { projectCount } } }"


@value
class Explanation:
    """The parts of the matrices of a document, all other statements, and the state of the rollup
    in the same snapshot.
    """

    parts: list[MatrixPart]
    others: list[ExplainedStatement]
    rollup: RollupState


async def explain_document(
    settings: Settings,
    database: Database,
    text: str,
    viewer: Viewer,
    now: datetime,
    *,
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
    analyze: bool = False,
) -> Explanation:
    """Execute a query and return how its matrices were counted; its answer is dropped.

    `Invalid` for a document that is invalid, is no query, or has no matrix; the error of the first
    field that failed.
    """
    schema = get_executable_schema()
    documents = DocumentCache(schema, get_field_weights())
    document = await documents.parse(text)
    if document.ast is None:
        raise error_of(document.errors[0])
    operation = get_operation_ast(document.ast, operation_name)
    if operation is None or operation.operation is not OperationType.QUERY:
        raise Invalid(
            "--operation",
            "ต้องเป็น query เดียว ถ้าไฟล์มีหลาย operation ให้ระบุชื่อ",
            "must be one query; name it if the file has several operations",
        )
    documents.compute_cost(document, operation_name, variables or {})
    transaction = ExplainingTransaction(database.pool, analyze=analyze)
    try:
        unit = ExplainedUnitOfWork(transaction, viewer)
        audit = AuditContext(
            Caller.from_viewer(viewer, None, None),
            describe_operation(document.ast, operation_name, text, new_trace()),
        )
        context = Context(
            unit,
            viewer,
            now,
            QuarantineReview(database, dict),
            SourceEventFeed(database),
            ChangeFeed(database),
            audit,
            build_commands(settings, database, lambda: now),
        )
        running = execute(
            schema,
            document.ast,
            context_value=context,
            variable_values=dict(variables or {}),
            operation_name=operation_name,
        )
        result = await running if inspect.isawaitable(running) else running
        if result.errors:
            raise error_of(result.errors[0])
        if not unit.matrices.parts:
            raise Invalid("FILE", "ไม่มีเมทริกซ์ในคำถามนี้", "the query asks for no matrix")
        rollup = await transaction.fetch_rollup_state()
        return Explanation(unit.matrices.parts, transaction.others, rollup)
    finally:
        await transaction.close()


def error_of(error: GraphQLError) -> HubError:
    """Return the hub's own error of a field, or `Invalid` with the message of graphql-core."""
    if isinstance(error.original_error, HubError):
        return error.original_error
    if error.original_error is not None:
        raise error.original_error
    return Invalid("FILE", f"คำถาม GraphQL ไม่ถูกต้อง: {error.message}", f"invalid GraphQL: {error}")
