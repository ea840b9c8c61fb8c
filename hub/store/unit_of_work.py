"""The unit of work: every reader of one request, over one snapshot and one viewer."""

from hub.domain.identity.viewer import Viewer
from hub.store.agencies import Agencies
from hub.store.areas import Areas
from hub.store.budget import Budget
from hub.store.database import Reading
from hub.store.identity.audit_log import AccessRecords
from hub.store.issues import Issues
from hub.store.linkages import Linkages
from hub.store.matrix.figures import Matrices
from hub.store.matrix.freshness import Freshnesses
from hub.store.projects import Projects
from hub.store.provenance import Provenances
from hub.store.rounds import Rounds
from hub.store.rules import Rules
from hub.store.sources import Sources
from hub.store.value_chain import ValueChains


class Unit:
    """What a request reads from; all answers belong to the same snapshot."""

    def __init__(self, reading: Reading, viewer: Viewer) -> None:
        self.reading = reading
        self.viewer = viewer
        self.areas = Areas(reading)
        self.agencies = Agencies(reading)
        self.plans = Issues(reading, viewer)
        self.chains = ValueChains(reading)
        self.projects = Projects(reading, viewer)
        self.budget = Budget(reading, viewer)
        self.linkages = Linkages(reading, viewer)
        self.rules = Rules(reading)
        self.rounds = Rounds(reading)
        self.provenance = Provenances(reading)
        self.access_log = AccessRecords(reading, viewer)
        self.sources = Sources(reading, viewer)
        self.matrices = Matrices(reading, viewer)
        self.freshness = Freshnesses(reading, self.matrices)

    async def renewed(self) -> "Unit":
        """The same readers over a snapshot that begins with the next statement."""
        await self.reading.renew()
        return Unit(self.reading, self.viewer)
