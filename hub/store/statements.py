"""Compile statements of SQLAlchemy Core to SQL, once for each form."""

from collections.abc import Mapping, MutableMapping
from typing import Any, Final, cast

from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.util import LRUCache

DIALECT: Final[Dialect] = PGDialect_asyncpg()  # type: ignore[no-untyped-call]  # untyped upstream
COMPILED_STATEMENTS: Final[MutableMapping[Any, Any]] = LRUCache(500)
"""Compiled statements by their cache key; values are parameters and not part of the key."""


def compile_statement(
    statement: ClauseElement, parameters: Mapping[str, Any]
) -> tuple[str, list[Any]]:
    """Return the SQL of a statement, and its values in the order of the parameters.

    Compiling a matrix statement costs more than executing it, so statements of the same form are
    compiled once. SQLAlchemy's engines call the same method; it has no public name.
    """
    compiled_form, values, _, _ = statement._compile_w_cache(  # noqa: SLF001 - see above
        DIALECT, compiled_cache=COMPILED_STATEMENTS, column_keys=[]
    )
    compiler = cast("SQLCompiler", compiled_form)
    bound_values = compiler.construct_params(dict(parameters), extracted_parameters=values)
    return compiler.string, [bound_values[name] for name in compiler.positiontup or ()]
