"""Resolvers of texts in one language; nothing is fetched."""

from collections.abc import Sequence

from hub.domain.text import Locale, LocalizedText
from hub.domain.time import FiscalYear
from resolvers.context import Context


def in_locale(
    texts: Sequence[LocalizedText], _context: Context, *, locale: Locale = Locale.TH
) -> Sequence[str]:
    """Return each text in a language."""
    return [text.text(locale) for text in texts]


def year_label(
    years: Sequence[FiscalYear], _context: Context, *, locale: Locale = Locale.TH
) -> Sequence[str]:
    """Return the display name of each year."""
    return [year.label.text(locale) for year in years]
