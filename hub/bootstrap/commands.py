"""Build the services that change data for requests."""

from hub.bootstrap.webhooks import build_webhook_commands
from hub.domain.time import Clock
from hub.services.findings.commands import FindingCommands
from hub.services.imports.commands import ImportCommands
from hub.services.linkages.commands import LinkageCommands
from hub.services.plans.plan_writer import PlanWriter
from hub.services.same_as.commands import SameAsCommands
from hub.services.sessions.commands import SessionCommands
from hub.services.value_chains.save_value_chain import ValueChainCommands
from hub.settings import Settings
from hub.store.database import Database
from resolvers.context import Commands


def build_commands(settings: Settings, database: Database, clock: Clock) -> Commands:
    """Return the commands over one database."""
    return Commands(
        LinkageCommands(database),
        FindingCommands(database),
        SameAsCommands(database),
        PlanWriter(database),
        ValueChainCommands(database),
        build_webhook_commands(settings, database, clock),
        ImportCommands(database, settings.url),
        SessionCommands(database),
    )
