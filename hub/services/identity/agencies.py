"""Register agencies, disable and enable them; each change is written to the audit log.

`named` is an agency's id or its current budget code; `NotFound` when there is none.
"""

from collections.abc import Sequence

from hub.domain.identity.clients import Registration
from hub.store.database import Database
from hub.store.identity.clients import RegistryAdministration


async def list_agencies(database: Database) -> Sequence[Registration]:
    """Return every registered agency, disabled ones too, in Thai order."""
    return await RegistryAdministration(database).list_registrations()


async def resolve_agency(database: Database, named: str) -> str:
    """Return the id of an agency, registered or not."""
    return await RegistryAdministration(database).resolve_agency(named)


async def add_agency(database: Database, named: str, by: str) -> str:
    """Register an agency, or enable it again; return its id."""
    register = RegistryAdministration(database, by)
    agency_id = await register.resolve_agency(named)
    await register.register_agency(agency_id)
    return agency_id


async def disable_agency(database: Database, named: str, by: str) -> str:
    """Reject all tokens of an agency and end its people's sessions; return its id."""
    register = RegistryAdministration(database, by)
    agency_id = await register.resolve_agency(named)
    await register.disable_agency(agency_id)
    return agency_id
