"""The unit of work: all queries of one request, over one snapshot and one viewer."""

from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime
from typing import TypeVar

from hub.domain.data_version import AnswerValidity
from hub.domain.identity.viewer import Viewer
from hub.store.agencies import Agencies
from hub.store.area_editions import AreaEditions
from hub.store.budget import BudgetLines
from hub.store.changes import Changes
from hub.store.copies import Copies
from hub.store.data_version import find_validity
from hub.store.findings.reading import Findings
from hub.store.history import Histories
from hub.store.identity.audit_log import AuditLogReader
from hub.store.imports import Imports
from hub.store.issues import Issues
from hub.store.linkage_rights import LinkageRights
from hub.store.linkages import Linkages
from hub.store.matrix.agreed import AgreedEffectQueries
from hub.store.matrix.figures import MatrixQueries
from hub.store.matrix.freshness import FreshnessQueries
from hub.store.matrix.lines import MatrixLineQueries
from hub.store.plan_content import PlanContents
from hub.store.plan_projects import PlanProjects
from hub.store.project_amounts import ProjectAmounts
from hub.store.project_lookups import ProjectLookups
from hub.store.projects import Projects
from hub.store.provenance import ProvenanceQueries
from hub.store.read_transaction import ReadTransaction
from hub.store.reported_counts import ReportedCounts
from hub.store.rounds import PlanningRounds
from hub.store.rules import Rules
from hub.store.rulings import Rulings
from hub.store.same_as import SameAsAssertions
from hub.store.sessions.agreed_facts import AgreedFacts
from hub.store.sessions.agreed_lines import AgreedLines
from hub.store.sessions.agreements import Agreements
from hub.store.sessions.proposals import ProposalQueries
from hub.store.sessions.reading import JointSessions
from hub.store.sources import Sources
from hub.store.suggestions import SuggestionQueries
from hub.store.tasks import Tasks
from hub.store.value_chain import ValueChains
from hub.store.value_chain_mappings import ValueChainMappings
from hub.store.webhooks.managed import Webhooks
from hub.store.work_requests import WorkRequests

T = TypeVar("T")


class UnitOfWork:
    """The queries of a request; all results belong to the same snapshot."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self.transaction = transaction
        self.viewer = viewer
        reader = viewer.without_session()
        self.areas = AreaEditions(transaction)
        self.agencies = Agencies(transaction)
        self.plans = Issues(transaction, reader)
        self.plan_contents = PlanContents(transaction, reader)
        self.plan_projects = PlanProjects(transaction, reader)
        self.chains = ValueChains(transaction)
        self.chain_mappings = ValueChainMappings(transaction)
        self.projects = Projects(transaction, reader)
        self.copies = Copies(transaction, reader, self.projects)
        self.same_as = SameAsAssertions(transaction, reader)
        self.findings = Findings(transaction, reader)
        self.project_amounts = ProjectAmounts(transaction, reader)
        self.project_lookups = ProjectLookups(transaction, reader)
        self.budget = BudgetLines(transaction, reader)
        self.linkages = Linkages(transaction, reader)
        self.linkage_rights = LinkageRights(transaction)
        self.work_requests = WorkRequests(transaction, reader)
        self.tasks = Tasks(transaction, reader)
        self.sessions = JointSessions(transaction, reader)
        self.proposals = ProposalQueries(transaction, reader)
        self.agreements = Agreements(transaction, reader)
        self.changes = Changes(transaction, reader)
        self.webhooks = Webhooks(transaction, reader)
        self.imports = Imports(transaction, viewer)
        self.histories = Histories(transaction)
        self.suggestions = SuggestionQueries(transaction, reader)
        self.rules = Rules(transaction)
        self.rounds = PlanningRounds(transaction)
        self.reported_counts = ReportedCounts(transaction)
        self.provenance = ProvenanceQueries(transaction)
        self.audit_log = AuditLogReader(transaction, reader)
        self.sources = Sources(transaction, reader)
        self.rulings = Rulings(transaction, reader)
        self.agreed_facts = AgreedFacts(transaction, reader)
        self.agreed_lines = AgreedLines(transaction, reader)
        self.agreed_effects = AgreedEffectQueries(transaction)
        self.matrices = MatrixQueries(transaction, reader)
        self.matrix_lines = MatrixLineQueries(transaction, reader)
        self.freshness = FreshnessQueries(transaction, self.matrices)

    async def remember(self, key: Hashable, compute: Callable[[], Awaitable[T]]) -> T:
        """Return what `compute` returns from this snapshot, or returned from the same data before.

        The key names the computation and its arguments; nobody changes the value.
        """
        return await self.transaction.remember(key, compute)

    async def find_validity(self, now: datetime) -> AnswerValidity | None:
        """Return until when what was read is right after `now`; None if it is for this request."""
        return await find_validity(self.transaction, now)

    async def restart_snapshot(self) -> "UnitOfWork":
        """Return the same queries over a new snapshot, which begins with the next statement."""
        await self.transaction.restart_snapshot()
        return UnitOfWork(self.transaction, self.viewer)
