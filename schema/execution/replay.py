"""Complete fetched values with graphql-core: errors and nulls are handled in one implementation.

No resolver is called again: each field of graphql-core returns or raises what was fetched.
"""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLResolveInfo
from graphql.execution.middleware import MiddlewareManager

from schema.execution.fetched import Fetched


class Replay(MiddlewareManager):
    """Replaces resolvers by the values of a run; fields without such a value read the record.

    `is_incomplete` is true when a value was missing: the result is wrong and must not be used.
    """

    def __init__(self, fetched: Fetched) -> None:
        super().__init__()
        self._values = fetched.by_parent()
        self.is_incomplete = False

    def get_field_resolver(self, field_resolver: Callable[..., Any]) -> Callable[..., Any]:
        """Return a resolver that returns or raises the fetched value."""

        def _replay(source: Any, info: GraphQLResolveInfo[Any], /, **arguments: Any) -> Any:
            path = info.path
            keys = (
                tuple(key for key in path.prev.as_list() if type(key) is str) if path.prev else ()
            )
            values = self._values.get((keys, info.parent_type.name, str(path.key)))
            if values is None:
                if getattr(field_resolver, "_is_default", False):  # set by strawberry
                    return field_resolver(source, info, **arguments)
                self.is_incomplete |= info.field_name != "__typename"
                return info.parent_type.name
            if id(source) not in values:
                self.is_incomplete = True
                return None
            value = values[id(source)]
            if isinstance(value, BaseException):
                raise value
            return value

        return _replay
