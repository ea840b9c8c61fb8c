"""The validated content of a connector's `source.toml`; nothing is guessed at run time."""

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from functools import cached_property
from typing import Any, Final

from hub.domain.budget import BudgetPhase
from hub.domain.provenance import Assertion, Cadence
from hub.domain.record import record, value
from hub.domain.sources.columns import Columns
from hub.domain.sources.coverage import Coverage, parse_coverage
from hub.domain.sources.declaration import DeclarationTable
from hub.domain.sources.live_spec import LiveSpec, parse_live_spec
from hub.domain.sources.local_authorities import LocalAuthority, parse_authorities
from hub.domain.text import LocalizedText


class Transport(Enum):
    """How records are fetched (วิธีรับข้อมูล)."""

    HTTP = "HTTP"
    FILE = "FILE"


class Format(Enum):
    """Format of a response or file (รูปแบบข้อมูล)."""

    JSON = "JSON"
    JSONL = "JSONL"
    CSV = "CSV"
    XLSX = "XLSX"
    XLS = "XLS"
    ODS = "ODS"


WORKBOOK_FORMATS: Final = (Format.XLSX, Format.XLS, Format.ODS)
"""Formats of workbooks; the first bytes of a file show which of them it is."""


class PagingStyle(Enum):
    """How the next page is requested (การแบ่งหน้า)."""

    NONE = "NONE"
    OFFSET = "OFFSET"
    PAGE = "PAGE"
    CURSOR = "CURSOR"


class AuthMethod(Enum):
    """How the hub authenticates to the source (การยืนยันตัวตน)."""

    NONE = "NONE"
    QUERY = "QUERY"
    HEADER = "HEADER"
    OAUTH = "OAUTH"


class ClientAuthentication(Enum):
    """How the hub sends its client secret for a token (วิธีส่งรหัสลับ), RFC 6749 section 2.3.1.

    BASIC: in the `Authorization` header. POST: in the body, for servers that accept only that.
    """

    BASIC = "client_secret_basic"
    POST = "client_secret_post"


class MoneyUnit(Enum):
    """Unit of the source's amounts (หน่วยเงิน); declared, never guessed."""

    SATANG = "SATANG"
    BAHT = "BAHT"
    THOUSAND_BAHT = "THOUSAND_BAHT"
    MILLION_BAHT = "MILLION_BAHT"

    @cached_property
    def satang(self) -> int:
        """Return the satang of one unit."""
        return {"SATANG": 1, "BAHT": 100, "THOUSAND_BAHT": 10**5, "MILLION_BAHT": 10**8}[self.value]


class Era(Enum):
    """Era of the source's years (ศักราช)."""

    BE = "BE"
    CE = "CE"


@value
class PagingSpec:
    """Paging, and the paths of records, total and next cursor in a response.

    Paths are dotted (`result.records`); empty: the response itself. `success` is the path of a
    value that must be true in a successful response, if the source has one.
    """

    style: PagingStyle
    parameter: str
    step: int
    limit_parameter: str | None
    records: str
    total: str | None
    next: str | None
    success: str | None


@value
class ChangesSpec:
    """How changes since an instant are requested (การอ่านเฉพาะที่เปลี่ยน).

    `overlap` is subtracted from the last success, to allow for clock differences and records that
    were being written; `full_every` is how often everything is read, so that missed changes are
    found.
    """

    parameter: str
    overlap: timedelta
    full_every: Cadence


@value
class AuthSpec:
    """Authentication to the source; secrets are named here and stored in variables or files."""

    kind: AuthMethod
    parameter: str | None
    secret: str | None
    client_id: str | None
    token_url: str | None
    scope: str | None
    resource: str | None
    token_endpoint_auth_method: ClientAuthentication = ClientAuthentication.BASIC


@value
class Expectations:
    """Limits that stop a run with implausible data.

    `largest_drop` is the share of previously stored records that may be missing at once; `totals`
    are the minimum and maximum satang of a phase.
    """

    least_records: int
    largest_drop: float
    totals: tuple[tuple[BudgetPhase, int, int], ...]


@record
class SourceSpec:
    """One source as declared in its `source.toml` (ข้อกำหนดของแหล่งข้อมูล)."""

    id: str
    title: LocalizedText
    agency: str
    kind: str
    note: str | None
    transport: Transport
    format: Format
    url: str | None
    parameters: Mapping[str, str]
    encoding: str
    paging: PagingSpec
    changes: ChangesSpec | None
    auth: AuthSpec
    authorities: tuple[LocalAuthority, ...]
    money_unit: MoneyUnit
    era: Era
    cadence: Cadence
    covers: Coverage | None
    has_blocks: bool
    asserted: Assertion
    is_made_up: bool
    columns: Columns
    expect: Expectations
    live: LiveSpec | None
    options: Mapping[str, Any]
    digest: str
    file: str
    """The path of the declaration, for messages."""


TOP_KEYS: Final = {
    "title_th", "title_en", "agency", "kind", "note", "transport", "format", "url", "parameters",
    "encoding", "money_unit", "era", "cadence", "blocks", "asserted", "paging", "auth", "columns",
    "expect", "options", "changes", "authorities", "operator", "covers", "live",
    "made_up",
}  # fmt: skip
PAGING_KEYS: Final = {
    "style", "parameter", "step", "limit_parameter", "records", "total", "next", "success",
}  # fmt: skip
CHANGES_KEYS: Final = {"parameter", "overlap_minutes", "full_every"}
AUTH_KEYS: Final = {
    "kind", "parameter", "secret", "client_id", "token_url", "scope", "resource",
    "token_endpoint_auth_method",
}  # fmt: skip
COLUMNS_KEYS: Final = {"required", "optional", "ignored"}
EXPECT_KEYS: Final = {"least_records", "largest_drop", "totals"}


def parse_source_spec(
    source_id: str, table: Mapping[str, Any], digest: str, file: str | None = None
) -> SourceSpec:
    """Return the spec of a parsed declaration; `Invalid` names the file and the key."""
    top = DeclarationTable(file or f"{source_id}/source.toml", "", table, TOP_KEYS)
    paging = top.subtable("paging", PAGING_KEYS)
    auth = top.subtable("auth", AUTH_KEYS)
    columns = top.subtable("columns", COLUMNS_KEYS)
    expect = top.subtable("expect", EXPECT_KEYS)
    totals = expect.subtable("totals", {phase.value for phase in BudgetPhase})
    spec = SourceSpec(
        id=source_id,
        title=LocalizedText(top.required_text("title_th"), top.required_text("title_en")),
        agency=top.required_text("agency"),
        kind=top.required_text("kind"),
        note=top.optional_text("note"),
        transport=top.enum_member("transport", Transport),
        format=top.enum_member("format", Format),
        url=top.optional_text("url"),
        parameters=top.raw_table("parameters"),
        encoding=top.required_text("encoding"),
        paging=PagingSpec(
            style=paging.enum_member("style", PagingStyle, PagingStyle.NONE),
            parameter=paging.optional_text("parameter") or "",
            step=paging.positive_integer("step", 500),
            limit_parameter=paging.optional_text("limit_parameter"),
            records=paging.optional_text("records") or "",
            total=paging.optional_text("total"),
            next=paging.optional_text("next"),
            success=paging.optional_text("success"),
        ),
        changes=parse_changes(top),
        auth=AuthSpec(
            kind=auth.enum_member("kind", AuthMethod, AuthMethod.NONE),
            parameter=auth.optional_text("parameter"),
            secret=auth.optional_text("secret"),
            client_id=auth.optional_text("client_id"),
            token_url=auth.optional_text("token_url"),
            scope=auth.optional_text("scope"),
            resource=auth.optional_text("resource"),
            token_endpoint_auth_method=auth.enum_member(
                "token_endpoint_auth_method", ClientAuthentication, ClientAuthentication.BASIC
            ),
        ),
        authorities=tuple(parse_authorities(top)),
        money_unit=top.enum_member("money_unit", MoneyUnit),
        era=top.enum_member("era", Era),
        cadence=top.enum_member("cadence", Cadence),
        covers=parse_coverage(top),
        has_blocks=top.boolean("blocks"),
        asserted=top.enum_member("asserted", Assertion, Assertion.REPORTED),
        is_made_up=top.boolean("made_up"),
        columns=Columns.from_names(
            columns.text_set("required"), columns.text_set("optional"), columns.text_set("ignored")
        ),
        expect=Expectations(
            least_records=expect.positive_integer("least_records", 1),
            largest_drop=expect.fraction("largest_drop"),
            totals=tuple(
                (phase, low * 100, high * 100)
                for phase in BudgetPhase
                for low, high in totals.integer_range(phase.value)
            ),
        ),
        live=parse_live_spec(top),
        options=top.raw_table("options"),
        digest=digest,
        file=top.file,
    )
    if not spec.columns.required:
        raise columns.invalid("required", "ต้องมีอย่างน้อยหนึ่งคอลัมน์", "must list at least one column")
    if spec.transport is Transport.HTTP and not spec.url:
        raise top.invalid("url", "ต้องมีเมื่อรับทาง HTTP", "is required when the transport is HTTP")
    return spec


def parse_changes(top: DeclarationTable) -> ChangesSpec | None:
    """Return the `[changes]` table; null when the source cannot report changes only."""
    if "changes" not in top.values:
        return None
    changes = top.subtable("changes", CHANGES_KEYS)
    return ChangesSpec(
        changes.required_text("parameter"),
        timedelta(minutes=changes.positive_integer("overlap_minutes", 15)),
        changes.enum_member("full_every", Cadence, Cadence.WEEKLY),
    )
