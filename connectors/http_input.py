"""The input of a run that reads a source over HTTP."""

from connectors.kit.credentials import ReadSecret
from connectors.kit.oauth import TokenCache
from connectors.kit.paging import create_change_pages, create_http_pages
from connectors.kit.redact import redact
from hub.domain.sources.spec import SourceSpec
from hub.ingest.run import SourceInput


def create_http_input(
    spec: SourceSpec, read_secret: ReadSecret, token_cache: TokenCache
) -> SourceInput:
    """Return the pages of a source over HTTP, all or changed ones, and its address without
    secrets.
    """
    return SourceInput(
        create_http_pages(spec, read_secret, token_cache),
        redact(spec.url or ""),
        changes=create_change_pages(spec, read_secret, token_cache),
    )
