"""The schema as a whole: the executable schema and its SDL."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.mutation import Mutation
from schema.query import Query
from schema.subscription import Subscription


def create_schema() -> strawberry.Schema:
    """Return the schema; created once per process."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(auto_camel_case=True),
    )


def render_sdl() -> str:
    """Return the content of `schema/schema.graphql`."""
    return create_schema().as_str() + "\n"
