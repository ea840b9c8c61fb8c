"""An operation that is ready to be executed, and its answer from what its execution returned."""

from typing import Any

from graphql import ExecutionResult, GraphQLSchema, OperationType

from hub.domain.identity.audit_log import Operation
from hub.domain.record import value
from hub.web.audit_context import describe_operation
from hub.web.errors import RequestStage, graphql_problem, has_not_ready_error
from hub.web.graphql.answers import GraphQLAnswer, cost_extension
from hub.web.graphql.argument_errors import add_argument_fields
from hub.web.graphql.documents import Document
from hub.web.graphql.request import GraphQLRequest


@value
class PreparedOperation:
    """An operation that was parsed and measured; `rejection` is its answer if it is not allowed."""

    request: GraphQLRequest
    document: Document
    kind: OperationType | None
    cost: int
    rate_limit_key: str
    rejection: GraphQLAnswer | None = None
    text: str = ""

    def describe(self, trace: str) -> Operation:
        """Return the operation for the audit log."""
        return describe_operation(self.document.ast, self.request.operation_name, self.text, trace)


def build_answer(
    schema: GraphQLSchema, operation: PreparedOperation, result: ExecutionResult, trace: str
) -> GraphQLAnswer:
    """Return the answer of an execution result, with its errors as they are sent."""
    ast, variables = operation.document.ast, operation.request.variables
    errors = add_argument_fields(result.errors or [], schema, ast, variables)
    content: dict[str, Any] = {}
    if errors:
        content["errors"] = [graphql_problem(one, RequestStage.EXECUTE, trace) for one in errors]
    # Errors without a path mean that the whole request failed (variables, operation name).
    request_failed = result.data is None and all(error.path is None for error in errors)
    if not request_failed:
        content["data"] = result.data
        content["extensions"] = cost_extension(operation.cost)
    return GraphQLAnswer(content, request_failed, has_not_ready_error(errors))
