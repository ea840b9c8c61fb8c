"""Fill a hub from a local agency, whose sources are declared as an operator would declare them.

The agency is served only during the run; the declarations of its sources say that the data is
generated.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from connectors.kit.oauth import TokenCache
from connectors.kit.paging import create_http_pages
from connectors.registry import Connector, load_source_file
from hub.domain.record import record
from hub.domain.sources.ledger import Ledger
from hub.domain.sources.spec import SourceSpec
from hub.errors import SourceError
from hub.ingest.run import SourceInput, ingest
from hub.sandbox.agency import API_KEY, CLIENT_SECRET, USER_TOKEN, SandboxAgency
from hub.sandbox.endpoints import create_sandbox
from hub.sandbox.server import serve_in_thread
from hub.store.database import Database

SOURCES_FOLDER: Final = Path(__file__).parent / "sources"
DEFAULT_ADDRESS: Final = "http://127.0.0.1:8100"
"""The address in the declarations: the default port of `hub demo sandbox`."""
SECRETS: Final = {
    "sandbox-user-token": USER_TOKEN,
    "sandbox-client": CLIENT_SECRET,
    "sandbox-api-key": API_KEY,
}


@record
class FillResult:
    """The result of one source: its ledger, or the error."""

    spec: SourceSpec
    ledger: Ledger | None
    error: SourceError | None


def load_sandbox_sources() -> dict[str, Connector]:
    """Return the sources of the local agency, by name."""
    return {path.stem: load_source_file(path) for path in sorted(SOURCES_FOLDER.glob("*.toml"))}


def with_address(spec: SourceSpec, address: str) -> SourceSpec:
    """Return a source with the address at which the local agency is served now."""

    def _replace_address(url: str | None) -> str | None:
        return url and url.replace(DEFAULT_ADDRESS, address, 1)

    auth = spec.auth
    moved_auth = replace(
        auth, token_url=_replace_address(auth.token_url), resource=_replace_address(auth.resource)
    )
    return replace(spec, url=_replace_address(spec.url), auth=moved_auth)


async def fill_database(
    database: Database, agency: SandboxAgency, progress: Callable[[int, int | None], None]
) -> AsyncIterator[FillResult]:
    """Ingest every source of an agency completely; yield the results, also of sources that fail."""
    with serve_in_thread(create_sandbox(agency)) as address:
        for connector in load_sandbox_sources().values():
            spec = with_address(connector.spec, address)
            source_input = SourceInput(
                create_http_pages(spec, SECRETS.__getitem__, TokenCache()), connector.spec.url or ""
            )
            try:
                result = await ingest(
                    database, spec, connector.read, source_input, whole=True, progress=progress
                )
            except SourceError as error:
                yield FillResult(spec, None, error)
            else:
                yield FillResult(spec, result.ledger, None)
