"""The commands on imports: request a place for a file, receive the file, start its import."""

import hashlib
import uuid
from datetime import datetime
from pathlib import PurePath
from typing import Final

from hub.domain.identity.viewer import Viewer
from hub.domain.imports import (
    FILE_TYPES,
    MAX_OPEN_UPLOADS,
    MAX_UPLOAD_BYTES,
    UPLOAD_LIFETIME,
    ImportJob,
    ImportStartCommand,
    ImportStartPayload,
    Upload,
    UploadCreateCommand,
    UploadPayload,
)
from hub.domain.thai_text import find_unsafe_character
from hub.errors import Conflict, Invalid, NotFound, TooMany, WrongStatus
from hub.services.commands.acting import Acting
from hub.services.commands.execute import AnswerFormat, CommandOutcome, Refused, execute_once
from hub.services.imports.urls import FileUrls
from hub.store import import_changes as store
from hub.store.database import Database, StoreConnection

ANSWERS: Final[AnswerFormat[str]] = AnswerFormat(str, str)
MAX_NAME_LENGTH: Final = 255
SIGNATURES: Final = {".xlsx": b"PK\x03\x04"}
"""The first bytes of files of a type."""


class ImportCommands:
    """Each command is executed once; with `user_errors` nothing was changed."""

    def __init__(self, database: Database, base_url: str) -> None:
        self._database = database
        self.urls = FileUrls(base_url)

    async def create_upload(self, acting: Acting, command: UploadCreateCommand) -> UploadPayload:
        """Create a place for a file of the viewer."""

        async def _work(connection: StoreConnection, _at: datetime) -> CommandOutcome[str]:
            check_file_name(command.file_name)
            check_size(command.size)
            if await store.count_uploads(connection, acting.viewer) >= MAX_OPEN_UPLOADS:
                raise TooMany(
                    f"มีไฟล์ที่ยังไม่หมดอายุ {MAX_OPEN_UPLOADS} ไฟล์แล้ว ใช้ไฟล์เดิม หรือรอให้หมดอายุ "
                    f"· {MAX_OPEN_UPLOADS} files have not expired; use them, or wait"
                )
            key = uuid.uuid4().hex
            await store.insert_upload(
                connection, key, acting.viewer, command.file_name, command.size, UPLOAD_LIFETIME
            )
            return CommandOutcome(key, acting.audited((Upload.TYPE, key)))

        receipt = acting.command("uploadCreate", command.idempotency_key, command)
        try:
            key = await execute_once(self._database, acting, receipt, _work, ANSWERS)
        except Refused as refused:
            return UploadPayload(None, refused.errors)
        return UploadPayload(key)

    async def receive(self, viewer: Viewer, upload_id: str, content: bytes) -> str:
        """Store the content of an upload and return its SHA-256.

        The same content may be sent again. `NotFound` for what is not the viewer's, `Invalid` for a
        file of another type or size, `Conflict` for another content than was sent before.
        """
        digest = hashlib.sha256(content).hexdigest()
        async with self._database.write_transaction() as connection:
            upload = await find_upload(connection, viewer, upload_id)
            if len(content) > upload.max_bytes:
                raise Invalid(
                    "file",
                    f"ไฟล์มี {len(content):,} ไบต์ เกินที่แจ้งไว้ {upload.max_bytes:,}",
                    f"the file has {len(content):,} bytes, more than the {upload.max_bytes:,} "
                    "that were announced",
                )
            check_content(upload.file_name, content)
            if not await store.store_content(connection, upload_id, content, digest):
                raise Conflict(
                    "ส่งไฟล์อื่นมาที่นี่แล้ว ขอที่รับไฟล์ใหม่ · another file was sent here; request a new place"
                )
        return digest

    async def max_bytes(self, viewer: Viewer, upload_id: str) -> int:
        """Return how large the file of an upload may be; `NotFound` if it is not the viewer's."""
        async with self._database.write_transaction() as connection:
            return (await find_upload(connection, viewer, upload_id)).max_bytes

    async def start(self, acting: Acting, command: ImportStartCommand) -> ImportStartPayload:
        """Queue the import of a file that was sent."""

        async def _work(connection: StoreConnection, _at: datetime) -> CommandOutcome[str]:
            upload = await find_upload(connection, acting.viewer, command.upload_id)
            if upload.hash is None:
                raise WrongStatus(
                    "ยังไม่ได้ส่งไฟล์ ส่งด้วย PUT ไปที่ url ก่อน "
                    "· the file was not sent yet; PUT it to `url` first"
                )
            key = uuid.uuid4().hex
            await store.insert_job(
                connection, key, acting.viewer, upload, command.kind, command.mode
            )
            return CommandOutcome(key, acting.audited((ImportJob.TYPE, key)))

        receipt = acting.command("importStart", command.idempotency_key, command)
        try:
            key = await execute_once(self._database, acting, receipt, _work, ANSWERS)
        except Refused as refused:
            return ImportStartPayload(None, refused.errors)
        return ImportStartPayload(key)


async def find_upload(
    connection: StoreConnection, viewer: Viewer, upload_id: str
) -> store.OwnUpload:
    """Return an upload of the viewer; `NotFound` if it is another's, expired, or unknown."""
    upload = await store.fetch_own_upload(connection, upload_id, viewer)
    if upload is None:
        raise NotFound(
            "ไม่พบที่รับไฟล์นี้ หรือหมดอายุแล้ว ขอใหม่ด้วย uploadCreate "
            "· there is no such upload, or it has expired; request one with uploadCreate"
        )
    return upload


def check_file_name(name: str) -> None:
    """Raise `Invalid` for a name that is too long, has control characters, or another type."""
    if not name.strip() or len(name) > MAX_NAME_LENGTH or find_unsafe_character(name):
        raise Invalid(
            "input.fileName",
            f"ต้องเป็นชื่อไฟล์ 1–{MAX_NAME_LENGTH} อักขระ",
            f"must be a file name of 1 to {MAX_NAME_LENGTH} characters",
        )
    if PurePath(name).suffix.lower() not in FILE_TYPES:
        names = ", ".join(FILE_TYPES)
        raise Invalid("input.fileName", f"รับไฟล์ {names} บันทึกเป็นชนิดนี้", f"must be a file of {names}")


def check_size(size: int) -> None:
    """Raise `Invalid` for a size of nothing, or above the limit."""
    if not 1 <= size <= MAX_UPLOAD_BYTES:
        raise Invalid(
            "input.bytes",
            f"ต้องเป็น 1–{MAX_UPLOAD_BYTES:,} ไบต์ แบ่งแผนที่ใหญ่กว่านี้",
            f"must be 1 to {MAX_UPLOAD_BYTES:,} bytes",
        )


def check_content(name: str, content: bytes) -> None:
    """Raise `Invalid` when the content is empty, or not of the type that the name has."""
    if not content:
        raise Invalid("file", "ไฟล์ว่างเปล่า", "the file is empty")
    suffix = PurePath(name).suffix.lower()
    if not content.startswith(SIGNATURES.get(suffix, b"")):
        raise Invalid(
            "file",
            f"ไม่ใช่ไฟล์ {suffix} บันทึกใหม่เป็นชนิดนี้แล้วส่ง",
            f"is not a file of the type {suffix}; save it as such and send it again",
        )
