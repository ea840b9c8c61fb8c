"""An act with all names of the reference is stored almost without a person, and nothing wrongly."""

from pathlib import Path

from connectors.kit.files import compute_file_digest, create_file_pages
from connectors.registry import find_connector
from hub.domain.sources.ledger import Outcome
from hub.ingest.run import SourceInput, ingest
from hub.services.sources.source_status import list_waiting_questions
from hub.store.database import Database
from tests.ingest.generated_act import write_act
from tests.long_run import is_long_run

ROWS = 37_000 if is_long_run() else 2_000
STORED_OWNERS = (
    "select r.value, p.owner_id from source_record r join project p on p.id = r.project_id "
    "where r.source_id = 'budget_act'"
)


async def test_act_with_all_names_needs_at_most_60_decisions_and_resolves_none_wrongly(
    fresh_database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "act.csv"
    agencies = write_act(path, ROWS)
    connector = find_connector("budget_act")
    act = SourceInput(create_file_pages(path, connector.spec), path.name, compute_file_digest(path))
    result = await ingest(fresh_database, connector.spec, connector.read, act)
    stored = result.ledger.count_of(Outcome.NEW)
    questions = await list_waiting_questions(fresh_database, "budget_act")
    assert result.ledger.read == len(agencies)
    assert result.ledger.balanced
    assert stored / len(agencies) >= 0.97
    assert len(questions) <= 60
    owners = dict(await fresh_database.pool.fetch(STORED_OWNERS))
    wrong = {key: owner for key, owner in owners.items() if owner != agencies[key]}
    assert wrong == {}
    waiting = {key for key, agency in agencies.items() if agency is None}
    assert set(agencies) - set(owners) == waiting
