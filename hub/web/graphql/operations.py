"""An operation that is ready to be executed, and the answer to one."""

from typing import Any

from graphql import OperationType

from hub.domain.identity.audit_log import Operation
from hub.domain.record import value
from hub.web.audit_context import describe_operation
from hub.web.graphql.documents import Document
from hub.web.graphql.request import GraphQLRequest


@value
class GraphQLAnswer:
    """The content of a GraphQL response; `request_failed` if the whole request failed.

    `is_not_ready` is true if a part failed because the hub could not answer now.
    """

    content: dict[str, Any]
    request_failed: bool = False
    is_not_ready: bool = False


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
