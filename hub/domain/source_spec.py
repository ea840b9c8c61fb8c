"""What a connector's `source.toml` says, checked: nothing of a source is guessed at run time."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from hub.domain.budget import BudgetPhase
from hub.domain.declared import Part
from hub.domain.provenance import Assertion, Cadence
from hub.domain.record import record, value
from hub.domain.text import LocalizedText


class Transport(Enum):
    """How records come (วิธีรับข้อมูล)."""

    HTTP = "HTTP"
    FILE = "FILE"


class Format(Enum):
    """How an answer or a file is written (รูปแบบข้อมูล)."""

    JSON = "JSON"
    JSONL = "JSONL"
    CSV = "CSV"
    XLSX = "XLSX"


class Paging(Enum):
    """How the next page is asked for (การแบ่งหน้า)."""

    NONE = "NONE"
    OFFSET = "OFFSET"
    PAGE = "PAGE"
    CURSOR = "CURSOR"


class Auth(Enum):
    """How the hub says who it is (การยืนยันตัวตน)."""

    NONE = "NONE"
    QUERY = "QUERY"
    HEADER = "HEADER"
    OAUTH = "OAUTH"


class MoneyUnit(Enum):
    """What one of the source's amounts means, in satang (หน่วยเงิน); declared, never guessed."""

    SATANG = "SATANG"
    BAHT = "BAHT"
    THOUSAND_BAHT = "THOUSAND_BAHT"
    MILLION_BAHT = "MILLION_BAHT"

    @property
    def satang(self) -> int:
        """Satang to the unit."""
        return {"SATANG": 1, "BAHT": 100, "THOUSAND_BAHT": 10**5, "MILLION_BAHT": 10**8}[self.value]


class Era(Enum):
    """In which era the source writes years (ศักราช)."""

    BE = "BE"
    CE = "CE"


@value
class PagingSpec:
    """Paging, and where an answer keeps its records, its total and its next cursor.

    Paths are dotted (`result.records`); empty: the answer itself.
    """

    style: Paging
    parameter: str
    step: int
    limit_parameter: str | None
    records: str
    total: str | None
    next: str | None


@value
class AuthSpec:
    """Authentication; secrets are named here and kept in the environment or in files."""

    kind: Auth
    parameter: str | None
    secret: str | None
    client_id: str | None
    token_url: str | None
    scope: str | None
    resource: str | None


@value
class Expectations:
    """What makes a run stop rather than be believed.

    `largest_drop` is the share of records known before that may be missing at once; `totals` the
    least and the most satang of a phase.
    """

    least_records: int
    largest_drop: float
    totals: tuple[tuple[BudgetPhase, int, int], ...]


@record
class Columns:
    """The columns of a record: those that must be there, those that may, those left unread.

    A column of a nested list stands under its list (`compare.bb_amount`).
    """

    required: frozenset[str]
    optional: frozenset[str]
    ignored: frozenset[str]
    known: frozenset[str]
    flat: frozenset[str]
    flat_required: frozenset[str]
    nested: frozenset[str]

    @classmethod
    def of(
        cls, required: frozenset[str], optional: frozenset[str], ignored: frozenset[str]
    ) -> "Columns":
        """With what is looked at for each record worked out once."""
        known = required | optional | ignored
        nested = frozenset(name.partition(".")[0] for name in known if "." in name) & known
        return cls(
            required,
            optional,
            ignored,
            known,
            frozenset(name for name in known if name.partition(".")[0] not in nested) | nested,
            frozenset(name for name in required if name.partition(".")[0] not in nested)
            | (nested & required),
            nested,
        )


@record
class SourceSpec:
    """One source, as its `source.toml` declares it (ข้อกำหนดของแหล่งข้อมูล)."""

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
    auth: AuthSpec
    money_unit: MoneyUnit
    era: Era
    cadence: Cadence
    blocks: bool
    asserted: Assertion
    columns: Columns
    expect: Expectations
    options: Mapping[str, Any]
    digest: str


TOP: Final = {
    "title_th", "title_en", "agency", "kind", "note", "transport", "format", "url", "parameters",
    "encoding", "money_unit", "era", "cadence", "blocks", "asserted", "paging", "auth", "columns",
    "expect", "options",
}  # fmt: skip
PAGING: Final = {"style", "parameter", "step", "limit_parameter", "records", "total", "next"}
AUTH: Final = {"kind", "parameter", "secret", "client_id", "token_url", "scope", "resource"}
COLUMNS: Final = {"required", "optional", "ignored"}
EXPECT: Final = {"least_records", "largest_drop", "totals"}


def spec_of(source_id: str, table: Mapping[str, Any], digest: str) -> SourceSpec:
    """The spec a parsed `source.toml` declares; `Invalid` names the key that is wrong."""
    top = Part(source_id, "", table, TOP)
    paging = top.part("paging", PAGING)
    auth = top.part("auth", AUTH)
    columns = top.part("columns", COLUMNS)
    expect = top.part("expect", EXPECT)
    totals = expect.part("totals", {phase.value for phase in BudgetPhase})
    spec = SourceSpec(
        id=source_id,
        title=LocalizedText(top.text("title_th"), top.text("title_en")),
        agency=top.text("agency"),
        kind=top.text("kind"),
        note=top.text_or_none("note"),
        transport=top.member("transport", Transport),
        format=top.member("format", Format),
        url=top.text_or_none("url"),
        parameters=top.table("parameters"),
        encoding=top.text("encoding"),
        paging=PagingSpec(
            style=paging.member("style", Paging, Paging.NONE),
            parameter=paging.text_or_none("parameter") or "",
            step=paging.whole("step", 500),
            limit_parameter=paging.text_or_none("limit_parameter"),
            records=paging.text_or_none("records") or "",
            total=paging.text_or_none("total"),
            next=paging.text_or_none("next"),
        ),
        auth=AuthSpec(
            kind=auth.member("kind", Auth, Auth.NONE),
            parameter=auth.text_or_none("parameter"),
            secret=auth.text_or_none("secret"),
            client_id=auth.text_or_none("client_id"),
            token_url=auth.text_or_none("token_url"),
            scope=auth.text_or_none("scope"),
            resource=auth.text_or_none("resource"),
        ),
        money_unit=top.member("money_unit", MoneyUnit),
        era=top.member("era", Era),
        cadence=top.member("cadence", Cadence),
        blocks=top.flag("blocks"),
        asserted=top.member("asserted", Assertion, Assertion.REPORTED),
        columns=Columns.of(
            columns.names("required"), columns.names("optional"), columns.names("ignored")
        ),
        expect=Expectations(
            least_records=expect.whole("least_records", 1),
            largest_drop=expect.share("largest_drop"),
            totals=tuple(
                (phase, low * 100, high * 100)
                for phase in BudgetPhase
                for low, high in totals.range(phase.value)
            ),
        ),
        options=top.table("options"),
        digest=digest,
    )
    if not spec.columns.required:
        raise columns.wrong("required", "ต้องมีอย่างน้อยหนึ่งคอลัมน์", "names at least one column")
    if spec.transport is Transport.HTTP and not spec.url:
        raise top.wrong("url", "ต้องมีเมื่อรับทาง HTTP", "is needed where the transport is HTTP")
    return spec
