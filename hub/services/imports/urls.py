"""Addresses of files: where to send them, forms, and files with errors marked."""

from urllib.parse import quote

from hub.domain.imports import ImportKind


class FileUrls:
    """The addresses of files below the public URL of the hub."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/")

    def upload(self, upload_id: str) -> str:
        """Return where the content of an upload is sent by PUT."""
        return f"{self._base}/uploads/{upload_id}"

    def annotated(self, job_id: str) -> str:
        """Return where the file of a job is with its errors marked."""
        return f"{self._base}/imports/{job_id}/annotated.xlsx"

    def template(self, kind: ImportKind, of: str | None) -> str:
        """Return where the form of a kind is, filled with a plan or version (a global id)."""
        filled = f"?of={quote(of, safe='')}" if of is not None else ""
        return f"{self._base}/templates/{kind.value}.xlsx{filled}"

    def json_schema(self, kind: ImportKind) -> str:
        """Return where the JSON Schema of the content of a kind is."""
        return f"{self._base}/templates/{kind.value}.schema.json"
