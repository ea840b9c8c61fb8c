"""Everything that can be followed: one class per noun, each beside what it describes."""

import strawberry

from schema.sources import SourceSubscription


@strawberry.type(description="Everything that can be followed (การติดตาม)")
class Subscription(SourceSubscription):
    """Events carry a cursor; who comes back with it misses nothing."""
