"""Compile statements of SQLAlchemy Core to SQL, once for each form; settings of large ones."""

from collections.abc import Mapping, MutableMapping
from typing import Any, Final, cast

from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.util import LRUCache

DIALECT: Final[Dialect] = PGDialect_asyncpg()  # type: ignore[no-untyped-call]  # untyped upstream
MATRIX_SETTINGS: Final = {
    "work_mem": "64MB",
    "jit": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
    "random_page_cost": "1.1",
    "plan_cache_mode": "force_custom_plan",
}
"""PostgreSQL settings of statements over all facts, for one transaction.

With the server's default `work_mem` of 4 MB, hashes and sorts of one fiscal year of the country are
written to disk; a statement may use the memory once per hash or sort in progress. A merge join may
take the year alone as its key and compare all ids of a year (37 million rows for 155,000 lines and
240 agencies); a hash join takes both. A generic plan, which PostgreSQL may choose from the sixth
execution on, does not know how long the arrays of a question are, and took 400 ms instead of 17.
"""
SET_MATRIX_SETTINGS: Final = "select " + ", ".join(
    f"set_config('{name}', '{value}', true)" for name, value in MATRIX_SETTINGS.items()
)
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
