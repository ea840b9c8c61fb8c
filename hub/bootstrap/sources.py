"""List the sources that this process can read: connectors, credentials, and which are scheduled."""

from collections.abc import Mapping
from functools import partial

from connectors.http_input import create_http_input
from connectors.kit.oauth import TokenCache
from connectors.live_client import LiveAgencyClient
from connectors.registry import Connector, load_connectors
from hub.domain.sources.spec import AuthMethod, SourceSpec, Transport
from hub.ingest.run import SourceInput
from hub.jobs.scheduler import ScheduledSource
from hub.settings import Settings


def load_configured_connectors(settings: Settings) -> dict[str, Connector]:
    """Return the built-in connectors and those of the operator's folder, by source."""
    return load_connectors(settings.sources_dir)


def list_review_connectors(
    settings: Settings, generated_connectors: Mapping[str, Connector]
) -> Mapping[str, Connector]:
    """Return the connectors that can read quarantined rows again, by source.

    `generated_connectors` are those of the made-up sources of `hub demo fill`. Their rows are in
    quarantine only after that command ran, and a decision looks up the connector by the source of
    the rows. These sources are used nowhere else: they are not declared or scheduled, and no live
    figures are fetched for them. The command line passes them in, so that no other module here
    depends on made-up data.
    """
    return {**generated_connectors, **load_configured_connectors(settings)}


def create_token_cache(settings: Settings) -> TokenCache:
    """Return the cache of OAuth tokens that all hub processes of this machine share."""
    return TokenCache(settings.data_dir / "tokens")


def create_live_client(settings: Settings) -> LiveAgencyClient:
    """Return the client that fetches current figures from agencies; open it before use."""
    return LiveAgencyClient(
        load_configured_connectors(settings), settings.read_secret, create_token_cache(settings)
    )


def list_scheduled_sources(settings: Settings) -> list[ScheduledSource]:
    """Return the sources that are read without a person: over HTTP, from a declared address."""
    token_cache = create_token_cache(settings)

    def _create_input(spec: SourceSpec) -> SourceInput:
        if spec.auth.kind is not AuthMethod.NONE:
            settings.read_secret(spec.auth.secret or "")
        return create_http_input(spec, settings.read_secret, token_cache)

    return [
        ScheduledSource(one.spec, one.read, partial(_create_input, one.spec))
        for one in load_configured_connectors(settings).values()
        if one.spec.transport is Transport.HTTP
    ]
