"""Properties: on each basis a matrix equals reports with its facts applied, counted by hand."""

from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.budget import BudgetPhase
from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.matrix.question import (
    LINKAGE_DIMENSIONS,
    AgencyRole,
    Counting,
    DimensionKind,
    FactBasis,
    MatrixFilter,
    MatrixQuestion,
)
from hub.domain.matrix.result import CountTreatment
from hub.domain.paging import PageRequest
from hub.services.matrix.explain_figures import explain_figures
from hub.store.database import Database
from hub.store.matrix.figures import MatrixQueries
from tests.long_run import costly_examples
from tests.services.matrix.agreed_rows import open_agreed_world
from tests.services.matrix.agreed_world import (
    COUNTED,
    AgreedWorld,
    agreed_worlds,
    world_on_basis,
)
from tests.services.matrix.expected_figures import compute_expected_figures
from tests.services.matrix.test_compute_matrix import (
    build_question,
    compute,
    fetch_reference_data,
    filters,
    list_member_keys,
)

PAIRS = [pair for a, b in combinations(DimensionKind, 2) for pair in ((a, b), (b, a))]
PAIRS_OF_ROLLUP = [pair for pair in PAIRS if not LINKAGE_DIMENSIONS & set(pair)]
filters_of_rollup = st.builds(
    MatrixFilter,
    areas=st.sampled_from([(), (), ("C2552-09",)]),
    linked=st.sampled_from([None, None, True, False]),
    agency_role=st.sampled_from([AgencyRole.OWNER, AgencyRole.IMPLEMENTER]),
)
few_conditions = st.one_of(st.just(MatrixFilter()), filters)
PROPERTY = settings(
    max_examples=costly_examples(), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PHASES = (BudgetPhase.APPROPRIATED, BudgetPhase.REQUESTED)
LEFT_OUT = {CountTreatment.REPLACED_BY_AGREEMENT, CountTreatment.EXCLUDED_BASIS}


async def check_figures(
    database: Database, agreed: AgreedWorld, question: MatrixQuestion, *, by_rollup: bool
) -> None:
    """Compare the figures of a question with those computed without the engine."""
    async with open_agreed_world(database, agreed, compacted=1_000) as unit:
        unit.matrices = MatrixQueries(unit.transaction, ANONYMOUS, use_rollup=by_rollup)
        matrix = await compute(unit, question)
        assert (await unit.matrices.plan(matrix.layout)).by_rollup is by_rollup
        expected = compute_expected_figures(
            world_on_basis(agreed, COUNTED[question.basis]),
            await fetch_reference_data(unit),
            question,
            list_member_keys(matrix, is_row=True),
            list_member_keys(matrix, is_row=False),
        )
    found = matrix.figures
    assert {(g.row, g.column): f.projects for g, f in found.items() if f.projects} == {
        at: n for at, n in expected.projects.items() if n
    }
    assert {
        ((g.row, g.column), phase.value): n
        for g, f in found.items()
        for phase, n in f.money.items()
    } == dict(expected.money)
    assert {
        ((g.row, g.column), status): n
        for g, f in found.items()
        for status, n in f.linkages.items()
        if n
    } == expected.linkages
    assert {(g.row, g.column): f.hidden for g, f in found.items() if f.hidden} == expected.hidden


@pytest.mark.parametrize("basis", FactBasis, ids=lambda basis: basis.value)
@PROPERTY
@given(
    agreed=agreed_worlds(),
    matrix_filter=few_conditions,
    counting=st.sampled_from(Counting),
    pair=st.sampled_from(PAIRS),
)
async def test_figures_of_a_basis_are_reports_with_its_facts_applied(
    database: Database,
    basis: FactBasis,
    agreed: AgreedWorld,
    matrix_filter: MatrixFilter,
    counting: Counting,
    pair: tuple[DimensionKind, DimensionKind],
) -> None:
    question = build_question(pair, matrix_filter, counting, basis=basis)
    await check_figures(database, agreed, question, by_rollup=False)


@pytest.mark.parametrize("basis", FactBasis, ids=lambda basis: basis.value)
@PROPERTY
@given(
    agreed=agreed_worlds(),
    matrix_filter=filters_of_rollup,
    pair=st.sampled_from(PAIRS_OF_ROLLUP),
)
async def test_figures_of_a_basis_by_the_rollup_are_reports_with_its_facts_applied(
    database: Database,
    basis: FactBasis,
    agreed: AgreedWorld,
    matrix_filter: MatrixFilter,
    pair: tuple[DimensionKind, DimensionKind],
) -> None:
    question = build_question(pair, matrix_filter, Counting.DISTINCT, basis=basis)
    await check_figures(database, agreed, question, by_rollup=True)


@pytest.mark.parametrize("basis", FactBasis, ids=lambda basis: basis.value)
@PROPERTY
@given(
    agreed=agreed_worlds(),
    matrix_filter=few_conditions,
    counting=st.sampled_from(Counting),
    pair=st.sampled_from(PAIRS),
)
async def test_contributions_sum_to_every_figure_and_show_what_agreements_leave_out(
    database: Database,
    basis: FactBasis,
    agreed: AgreedWorld,
    matrix_filter: MatrixFilter,
    counting: Counting,
    pair: tuple[DimensionKind, DimensionKind],
) -> None:
    question = build_question(pair, matrix_filter, counting, basis=basis)
    async with open_agreed_world(database, agreed, compacted=1_000) as unit:
        matrix = await compute(unit, question)
        groups = [g for g in matrix.figures if g.row is None or g.row < len(matrix.rows.headers)]
        for phase in PHASES:
            explained = await explain_figures(unit, matrix, groups, phase, PageRequest(100))
            for group, page in explained.items():
                counted = sum(part.counted.satang for part in page.nodes if part.counted)
                assert counted == matrix.figures[group].money.get(phase, 0)
                assert page.total == len(page.nodes)
                for part in page.nodes:
                    if part.treatment in LEFT_OUT:
                        assert part.counted is not None
                        assert part.counted.satang == 0
                    is_agreed = (part.line_id or "").startswith("agreed:")
                    if part.treatment is CountTreatment.EXCLUDED_BASIS:
                        assert is_agreed
                    if part.treatment is CountTreatment.REPLACED_BY_AGREEMENT:
                        assert not is_agreed
                    if basis is FactBasis.REPORTED and is_agreed:
                        assert part.treatment in {
                            CountTreatment.EXCLUDED_BASIS,
                            CountTreatment.EXCLUDED_PHASE,
                        }
