"""The subscription type: one class per noun."""

import strawberry

from schema.changes import ChangeSubscription
from schema.sessions import SessionSubscription
from schema.sources import SourceSubscription


@strawberry.type(description="Events that can be subscribed to (การติดตาม)")
class Subscription(SourceSubscription, ChangeSubscription, SessionSubscription):
    """Events have a cursor; a client that resumes with it misses nothing."""
