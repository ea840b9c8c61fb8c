"""What an ingest run reads: a file, or an address."""

from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from connectors.http_input import create_http_input
from connectors.kit.file_mapping import has_file_mapping
from connectors.kit.files import compute_file_digest, create_file_pages
from connectors.kit.oauth import TokenCache
from connectors.registry import Connector
from hub.domain.sources.spec import AuthMethod, SourceSpec, Transport
from hub.errors import Invalid
from hub.ingest.run import SourceInput
from hub.settings import LOOPBACK_HOSTS, Settings

ADDRESSES: Final = ("http://", "https://")


def resolve_input(source: Connector, origin: str | None, settings: Settings) -> SourceInput:
    """Return what a run reads: the file or URL given, or the one the source declares."""
    spec = source.spec
    if origin is None and spec.transport is Transport.FILE:
        raise Invalid("--from", f"{spec.id} อ่านจากไฟล์ ให้ระบุไฟล์", f"{spec.id} needs a file")
    if has_file_mapping(spec) and origin is not None and origin.startswith(ADDRESSES):
        why = f"{spec.id} is read from a file; download it first"
        raise Invalid("--from", f"{spec.id} อ่านจากไฟล์ ให้ดาวน์โหลดก่อน", why)
    if origin is None or origin.startswith(ADDRESSES):
        requested = spec if origin is None else replace(spec, url=origin)
        check_secret_host(spec, requested.url or "")
        grants = TokenCache(settings.data_dir / "tokens")
        return create_http_input(requested, settings.read_secret, grants)
    path = Path(origin)
    if not path.is_file():
        raise Invalid("--from", f"ไม่พบไฟล์ {origin}", f"there is no file {origin}")
    return SourceInput(create_file_pages(path, spec), path.name, compute_file_digest(path))


def check_secret_host(spec: SourceSpec, address: str) -> None:
    """Raise `Invalid` when a source's secret would be sent to a host other than its own.

    Loopback addresses are allowed.
    """
    host, own = urlsplit(address).hostname or "", urlsplit(spec.url or "").hostname
    if spec.auth.kind is not AuthMethod.NONE and host not in {own, *LOOPBACK_HOSTS}:
        raise Invalid(
            "--from",
            f"รหัสลับของ {spec.id} ส่งให้ {own} เท่านั้น ไม่ส่งให้ {host} แก้ url ใน {spec.file} ถ้าย้ายที่",
            f"the secret of {spec.id} is sent to {own} only, not to {host}; "
            f"change url in {spec.file} if the source has moved",
        )
