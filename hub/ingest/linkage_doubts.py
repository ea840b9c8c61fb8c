"""Doubts about declared linkages; none of them keeps the project from being stored."""

from collections.abc import Sequence

from hub.domain.linkage_declarations import ResolvedLinkage
from hub.domain.sources.linkages import DeclaredLinkage
from hub.domain.sources.records import Doubt, NameProposal, QuarantineReason
from hub.domain.sources.spec import SourceSpec
from hub.domain.thai_text import escape_for_display
from hub.store.linkage_targets import TargetIssue


def build_issue_doubt(linkage: DeclaredLinkage, issues: Sequence[TargetIssue]) -> Doubt:
    """Return the doubt about an issue code that no plan has, or several have."""
    written = escape_for_display(linkage.written_issue)
    if not issues:
        return Doubt(
            QuarantineReason.UNKNOWN_CODE,
            "linkages.issue_code",
            written,
            "ไม่มีประเด็นรหัสนี้ในแผนของพื้นที่ในปีนั้น จะรับเมื่อมีแผน",
            "the area's plan of that year has no such issue; it is taken up once there is a plan",
        )
    return Doubt(
        QuarantineReason.AMBIGUOUS_CODE,
        "linkages.issue_code",
        written,
        f"รหัสนี้เป็นได้ {len(issues)} ประเด็น",
        f"the code fits {len(issues)} issues",
        tuple(NameProposal(one.id, "รหัสตรงกัน", "the same code") for one in issues),
    )


def build_stage_doubt(linkage: DeclaredLinkage, chain: str) -> Doubt:
    """Return the doubt about a stage code that the chain of the issue does not have."""
    th, en = f"ห่วงโซ่คุณค่า {chain} ไม่มีขั้นนี้", f"the value chain {chain} has no such stage"
    if not chain:
        th, en = "ประเด็นนี้ไม่มีห่วงโซ่คุณค่า", "the issue has no value chain, so it has no stages"
    written = escape_for_display(f"{linkage.written_issue} {linkage.stage_code}")
    return Doubt(QuarantineReason.UNKNOWN_CODE, "linkages.stage_code", written, th, en)


def build_owner_doubt(spec: SourceSpec, owner_id: str | None) -> Doubt:
    """Return the doubt about linkages of a project that another agency owns."""
    return Doubt(
        QuarantineReason.OTHER_OWNER,
        "linkages",
        owner_id or "",
        f"โครงการเป็นของหน่วยงานอื่น {spec.agency} จึงเสนอความเชื่อมโยงแทนไม่ได้",
        f"another agency owns the project, so {spec.agency} cannot propose its linkages",
    )


def build_repeated_doubt(linkage: ResolvedLinkage) -> Doubt:
    """Return the doubt about a linkage that is declared already."""
    return Doubt(
        QuarantineReason.REPEATED_LINKAGE,
        "linkages",
        f"{linkage.issue_id} {linkage.stage_code or ''}".strip(),
        "โครงการนี้ระบุประเด็นและขั้นนี้แล้ว ในระเบียนนี้หรือระเบียนอื่น",
        "this record or another one of the project declares this issue and stage already",
    )


def build_share_doubt(linkage: ResolvedLinkage) -> Doubt:
    """Return the doubt about a share that does not fit; its linkage is stored without a share."""
    return Doubt(
        QuarantineReason.IMPOSSIBLE_SHARE,
        "linkages.share",
        str(linkage.share),
        "สัดส่วนของโครงการรวมกันเกิน 1 จึงเก็บความเชื่อมโยงโดยไม่มีสัดส่วน",
        "the shares of the project exceed 1 together, so the linkage is stored without a share",
    )
