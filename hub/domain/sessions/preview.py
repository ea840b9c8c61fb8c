"""What a proposal would do, before it is made or concluded."""

from collections.abc import Sequence

from hub.domain.matrix.comparison import MatrixComparison
from hub.domain.record import record
from hub.domain.sessions.operations import ProposedOperation, RequiredAgency
from hub.domain.user_errors import UserError


@record
class ProposalPreview:
    """What a proposal would do (ตัวอย่างข้อเสนอ); without `changes` it is not possible."""

    session_id: str
    operations: list[ProposedOperation]
    parties: list[RequiredAgency]
    changes: MatrixComparison | None
    user_errors: Sequence[UserError]
