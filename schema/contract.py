"""The contract as a whole: the schema that is served, and the SDL that is our promise."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.mutation import Mutation
from schema.query import Query
from schema.subscription import Subscription


def create_schema() -> strawberry.Schema:
    """The schema; made once a process."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(auto_camel_case=True),
    )


def render_sdl() -> str:
    """What `schema/schema.graphql` holds."""
    return create_schema().as_str() + "\n"
