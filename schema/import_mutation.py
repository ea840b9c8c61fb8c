"""Commands on imports: their inputs and payloads."""

import strawberry

from hub.domain import imports as domain
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission
from hub.domain.imports import ImportKind
from hub.domain.plan_import import ImportMode
from resolvers import imports
from schema.binding import field, input_type, output_type, resolver_field
from schema.errors import UserError
from schema.imports import KIND, ImportJob, Upload
from schema.linkage_input import IDEMPOTENCY_KEY
from schema.linkage_mutation import COMMAND, USER_ERRORS
from schema.rulings import check_idempotency_key


@input_type(domain.UploadCreateCommand)
class UploadCreateInput:
    """Request a place for a file (ขอที่รับไฟล์)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    file_name: str = strawberry.field(description="Name of the file, .xlsx or .json (ชื่อไฟล์)")
    bytes: int = strawberry.field(description="Size in bytes; the file may not be larger (ขนาด)")

    def to_domain(self, field: str) -> domain.UploadCreateCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        return domain.UploadCreateCommand(self.idempotency_key, self.file_name, self.bytes)


@input_type(domain.ImportStartCommand)
class ImportStartInput:
    """Import a file that was sent (คำสั่งนำเข้า)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    kind: ImportKind = strawberry.field(description=KIND)
    upload: strawberry.ID = strawberry.field(description="The file (ไฟล์)")
    mode: ImportMode = strawberry.field(description="What is done when rows are wrong (วิธี)")

    def to_domain(self, field: str) -> domain.ImportStartCommand:
        """Return the command; `Invalid` when the id is not one of an upload."""
        check_idempotency_key(self.idempotency_key, field)
        upload = GlobalId.parse(str(self.upload), f"{field}.upload", domain.Upload.TYPE)
        return domain.ImportStartCommand(self.idempotency_key, self.kind, upload.key, self.mode)


@output_type(domain.UploadPayload)
class UploadCreatePayload:
    """Result of `uploadCreate` (ผลคำสั่ง)."""

    upload: Upload | None = resolver_field(imports.uploads_of_payloads, "The place (ที่รับไฟล์)")
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(domain.ImportStartPayload)
class ImportStartPayload:
    """Result of `importStart` (ผลคำสั่ง)."""

    import_job: ImportJob | None = resolver_field(
        imports.jobs_of_payloads, "The job; poll it until it has ended (งานนำเข้า)"
    )
    user_errors: list[UserError] = field(USER_ERRORS)


@strawberry.type
class ImportMutation:
    """Mutations of imports."""

    upload_create: UploadCreatePayload | None = resolver_field(
        imports.create_upload,
        "Request a place for a file; the file is sent by HTTP PUT (ขอที่รับไฟล์)",
        needs=Permission.WRITE_PLANS,
        input=COMMAND,
    )
    import_start: ImportStartPayload | None = resolver_field(
        imports.start,
        "Import a file that was sent (นำเข้าไฟล์)",
        needs=Permission.WRITE_PLANS,
        input=COMMAND,
    )
