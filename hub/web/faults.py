"""Errors as a client reads them: a public code, a number, both languages; never a stack trace.

Parse and validation errors speak, expected errors (`HubError`) speak with their code, and anything
else leaves as an incident number here and a line with the whole story in the log.
"""

import logging
import uuid
from enum import Enum
from typing import Any

from graphql import GraphQLError

from hub.errors import HubError, Invalid, TooCostly, TooMany, Unready

logger = logging.getLogger(__name__)
Problem = dict[str, Any]

RETRY_AFTER = 5
"""Seconds a client is asked to wait when the hub is not ready."""


class Stage(Enum):
    """How far a request came, and the code of what went wrong there without a code of its own."""

    PARSE = "GRAPHQL_PARSE_FAILED"
    VALIDATE = "GRAPHQL_VALIDATION_FAILED"
    EXECUTE = "BAD_USER_INPUT"


class Refused(Exception):
    """A request that is no GraphQL request: the status and words it is answered with."""

    code = Stage.EXECUTE.value

    def __init__(self, status: int, th: str, en: str, **headers: str) -> None:
        super().__init__(f"{th} · {en}")
        self.status = status
        self.headers = headers


def new_trace() -> str:
    """A number for one request, by which its errors are found in the log."""
    return uuid.uuid4().hex


def refused(refusal: Refused, trace: str) -> Problem:
    """The error of a request that could not be read."""
    return {
        "message": str(refusal),
        "extensions": {"code": refusal.code, "traceId": trace},
    }


def expected(error: HubError) -> Problem:
    """What a `HubError` tells besides its message."""
    told: Problem = {"code": error.code}
    if isinstance(error, Invalid):
        told |= {"field": error.field, "th": error.th, "en": error.en}
    elif isinstance(error, TooCostly):
        told |= {"cost": error.cost, "limit": error.limit}
    elif isinstance(error, Unready | TooMany):
        told |= {"retryAfter": wait(error)}
    return told


def wait(error: HubError) -> int:
    """Seconds after which it is worth asking again."""
    return error.seconds if isinstance(error, TooMany) else RETRY_AFTER


def incident(error: BaseException, trace: str) -> Problem:
    """The error of something unexpected: logged in full, told as a number."""
    logger.error("incident", exc_info=error, extra={"incident": trace})
    return {
        "message": f"เกิดข้อผิดพลาดภายใน รหัสเหตุการณ์ {trace} · Internal error, incident {trace}",
        "extensions": {"code": "INTERNAL", "traceId": trace},
    }


def problem(error: GraphQLError, stage: Stage, trace: str) -> Problem:
    """An error of graphql-core, or of a resolver under it, as it leaves the hub."""
    cause = root_of(error)
    if isinstance(cause, HubError):
        made: Problem = {
            "message": cause.message,
            "extensions": {**expected(cause), "traceId": trace},
        }
    elif cause is None or error.path is None:
        made = {
            "message": error.message,
            "extensions": {"code": stage.value, "traceId": trace},
        }
    else:
        made = incident(cause, trace)
    if error.locations:
        made["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path:
        made["path"] = error.path
    return made


def root_of(error: GraphQLError) -> BaseException | None:
    """What was raised first, under layers of graphql-core; None where it was its own."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def unready(errors: list[GraphQLError]) -> bool:
    """Whether the answer is missing something because the hub could not answer now."""
    return any(isinstance(root_of(error), Unready) for error in errors)
