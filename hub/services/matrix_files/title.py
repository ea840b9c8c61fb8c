"""The title of the files of a matrix."""

from hub.domain.labels import label_of
from hub.domain.text import Locale
from hub.services.matrix_files.describe_question import describe_years
from hub.services.matrix_files.read_answer import MatrixAnswer


def build_title(answer: MatrixAnswer, locale: Locale) -> str:
    """Return the title of a matrix: its axes, years and phase."""
    question = answer.matrix.question
    rows = label_of(question.rows.dimension).text(locale)
    columns = label_of(question.columns.dimension).text(locale)
    years = describe_years(question.fiscal_years).text(locale)
    phase = label_of(answer.phase).text(locale)
    if locale is Locale.TH:
        return f"เมทริกซ์ {rows} × {columns} ปีงบประมาณ {years} ({phase})"
    return f"Matrix {rows} × {columns}, fiscal years {years} ({phase})"
