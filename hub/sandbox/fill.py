"""Filling a hub from a local agency: its sources as an operator would declare them.

The agency answers while it is read and is gone afterwards; what came says that it is made up.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from connectors.kit.oauth import Grants
from connectors.kit.paging import pages
from connectors.registry import Connector, instance_of
from hub.domain.record import record
from hub.domain.sources.ledger import Ledger
from hub.domain.sources.spec import SourceSpec
from hub.errors import SourceError
from hub.ingest.run import Input, ingest
from hub.sandbox.agency import API_KEY, CLIENT_SECRET, USER_TOKEN, Agency
from hub.sandbox.endpoints import sandbox
from hub.sandbox.server import answering
from hub.store.database import Database

FOLDER: Final = Path(__file__).parent / "sources"
ADDRESS: Final = "http://127.0.0.1:8100"
"""The address in the files of the sources: the default port of `hub demo sandbox`."""
SECRETS: Final = {
    "sandbox-user-token": USER_TOKEN,
    "sandbox-client": CLIENT_SECRET,
    "sandbox-api-key": API_KEY,
}


@record
class Filled:
    """One source taken in, or why it could not be."""

    spec: SourceSpec
    ledger: Ledger | None
    error: SourceError | None


def made_up() -> dict[str, Connector]:
    """The sources of the local agency, by name."""
    return {path.stem: instance_of(path) for path in sorted(FOLDER.glob("*.toml"))}


def moved(spec: SourceSpec, address: str) -> SourceSpec:
    """A source of the local agency where that answers now."""

    def there(url: str | None) -> str | None:
        return url and url.replace(ADDRESS, address, 1)

    auth = spec.auth
    here = replace(auth, token_url=there(auth.token_url), resource=there(auth.resource))
    return replace(spec, url=there(spec.url), auth=here)


async def fill(
    database: Database, agency: Agency, progress: Callable[[int, int | None], None]
) -> AsyncIterator[Filled]:
    """Take in every source of an agency, whole; one that fails leaves the others."""
    with answering(sandbox(agency)) as address:
        for one in made_up().values():
            spec = moved(one.spec, address)
            given = Input(pages(spec, SECRETS.__getitem__, Grants()), one.spec.url or "")
            try:
                done = await ingest(database, spec, one.read, given, whole=True, progress=progress)
            except SourceError as error:
                yield Filled(spec, None, error)
            else:
                yield Filled(spec, done.ledger, None)
