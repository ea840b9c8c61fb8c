"""What a run of a source reads when it is read where it declares itself."""

from connectors.kit.credentials import SecretOf
from connectors.kit.oauth import Grants
from connectors.kit.paging import changes, pages
from connectors.kit.redact import redacted
from hub.domain.sources.spec import SourceSpec
from hub.ingest.run import Input


def asked_over_http(spec: SourceSpec, secret_of: SecretOf, grants: Grants) -> Input:
    """The pages of a source over HTTP, all or what changed, and its address without secrets."""
    return Input(
        pages(spec, secret_of, grants),
        redacted(spec.url or ""),
        changes=changes(spec, secret_of, grants),
    )
