"""What the reader of the act decides by heading and unit."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.budget_act.read import read
from connectors.registry import find_connector
from hub.domain.agencies import ActorLevel
from hub.domain.budget import FundingSource
from hub.domain.sources.records import NameKind, RawRecord
from tests.ingest.generated_act import COLUMNS

LOCAL = "องค์กรปกครองส่วนท้องถิ่น"
PROVINCES = "จังหวัดและกลุ่มจังหวัด"
INTERIOR = "กระทรวงมหาดไทย"
PROMOTION = "กรมส่งเสริมการปกครองท้องถิ่น"


@pytest.mark.parametrize(
    ("heading", "unit", "level", "funding", "kind"),
    [
        ("งบกลาง", "งบกลาง", None, FundingSource.CENTRAL_FUND, NameKind.AGENCY),
        ("งบกลาง", "กรมบัญชีกลาง", None, FundingSource.CENTRAL_FUND, NameKind.AGENCY),
        ("กระทรวงการคลัง", "กรมบัญชีกลาง", None, FundingSource.MINISTRY, NameKind.AGENCY),
        ("กระทรวงการคลัง", "กองทุนงบกลางปี", None, FundingSource.MINISTRY, NameKind.AGENCY),
        (LOCAL, "กรุงเทพมหานคร", None, FundingSource.MINISTRY, NameKind.AREA),
        (f"{LOCAL} (2)", "เมืองพัทยา", None, FundingSource.MINISTRY, NameKind.AREA),
        (
            "กระทรวงมหาดไทย",
            "กรมส่งเสริมการปกครองท้องถิ่น",
            None,
            FundingSource.MINISTRY,
            NameKind.AGENCY,
        ),
        (
            "จังหวัดและกลุ่มจังหวัด",
            "จังหวัดตราด",
            ActorLevel.PROVINCE,
            FundingSource.PROVINCE,
            NameKind.AREA,
        ),
    ],
)
def test_heading_and_unit_decide_funding_and_whether_a_unit_is_an_area(
    heading: str, unit: str, level: ActorLevel | None, funding: FundingSource, kind: NameKind
) -> None:
    spec = replace(find_connector("budget_act").spec)
    row = dict.fromkeys(COLUMNS, "") | {
        "ITEM_ID": "1", "REF_DOC": "2022.9.9", "MINISTRY": heading, "BUDGETARY_UNIT": unit,
        "BUDGET_PLAN": "แผนงาน", "OUTPUT": "ผลผลิต", "FISCAL_YEAR": "2022", "AMOUNT": "1,000",
    }  # fmt: skip
    entry = read(RawRecord(None, row, "act.csv", datetime.now(UTC)), spec)
    assert entry.project is not None
    assert entry.project.owner is not None
    assert entry.project.actor_level is level
    assert entry.lines[0].funding is funding
    assert entry.project.owner.kind is kind
