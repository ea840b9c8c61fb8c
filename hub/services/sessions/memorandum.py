"""The text of a memorandum (slide 25) and the digest of an agreement's content."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hub.domain.record import record
from hub.domain.sessions.kinds import ConditionStatus
from hub.domain.sessions.operations import dump_operations
from hub.domain.sessions.proposals import Condition, Proposal
from hub.domain.sessions.session import JointSession
from hub.domain.sessions.wording import Names, describe, english_day, name_of, thai_day
from hub.domain.time import BANGKOK


@record
class Memorandum:
    """The text of an agreement in both languages, and the digest of its content."""

    th: str
    en: str
    digest: str


def build_memorandum(
    session: JointSession,
    proposal: Proposal,
    party_ids: Sequence[str],
    conditions: Sequence[Condition],
    names: Names,
    at: datetime,
) -> Memorandum:
    """Return the memorandum of a proposal that is concluded at an instant."""
    day = at.astimezone(BANGKOK).date()
    texts = [describe(one, names) for one in proposal.operations]
    met = [one for one in conditions if one.status is not ConditionStatus.WITHDRAWN]
    parties = [name_of(names.agencies, key) for key in party_ids]
    lines_th = [
        "บันทึกข้อตกลง",
        f"การประชุม: {session.title} (ปีงบประมาณ พ.ศ. {session.fiscal_year.be})",
        f"วันที่ {thai_day(day)}",
        f"คู่ตกลง: {', '.join(one[0] for one in parties)}",
        f"เรื่อง: {proposal.summary}",
        "ตกลงกันดังนี้",
        *(f"{number}. {text.th}" for number, text in enumerate(texts, start=1)),
        *(f"เงื่อนไข: {one.text} — {one.resolution or ''}" for one in met),
        "ข้อตกลงนี้เป็นข้อเสนอของที่ประชุม มีผลทางงบประมาณเมื่อ ก.น.จ. และคณะรัฐมนตรีให้ความเห็นชอบ",
    ]
    lines_en = [
        "Memorandum of agreement",
        f"Session: {session.title} (fiscal year {session.fiscal_year.be} BE)",
        f"Date: {english_day(day)}",
        f"Parties: {', '.join(one[1] for one in parties)}",
        f"Subject: {proposal.summary}",
        "It is agreed:",
        *(f"{number}. {text.en}" for number, text in enumerate(texts, start=1)),
        *(f"Condition: {one.text} — {one.resolution or ''}" for one in met),
        "The session proposes; budgets change once the national committee and the Cabinet approve.",
    ]
    content: dict[str, Any] = {
        "session": session.id,
        "proposal": proposal.id,
        "summary": proposal.summary,
        "parties": list(party_ids),
        "operations": dump_operations(proposal.operations),
        "conditions": [[one.id, one.text, one.status.value, one.resolution] for one in met],
        "at": at.isoformat(),
    }
    packed = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(packed.encode()).hexdigest()
    return Memorandum("\n".join(lines_th), "\n".join(lines_en), digest)
