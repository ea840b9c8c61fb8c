"""Test of the finder of overlaps on the open half of the labelled pairs."""

from tests.services.suggestions.labelled import labelled_pairs
from tests.services.suggestions.overlap_figures import is_raised, measure


def test_the_finder_reaches_its_figures_on_the_open_half() -> None:
    figures = measure("open")
    assert figures.precision >= 0.9
    assert figures.recall >= 0.9


def test_no_copy_ladder_other_place_or_other_year_is_raised() -> None:
    kinds = {"COPY", "LADDER", "OTHER_PLACE", "OTHER_YEAR"}
    pairs = [pair for pair in labelled_pairs("open") if pair.kind in kinds]
    assert [pair.id for pair in pairs if is_raised(pair)] == []
