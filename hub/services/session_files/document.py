"""Write the minutes of a session as a Word document, for printing on A4 and for signing."""

import io
from collections.abc import Sequence
from datetime import UTC
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from hub.domain.sessions.kinds import DelegationRole
from hub.domain.text import Locale, localized_text, remove_invalid_characters
from hub.services.matrix_files.workbook import CREATOR, MADE_UP
from hub.services.session_files.read_answer import SessionAnswer
from hub.services.sessions.minutes_blocks import Block, Heading, Listing, Paragraph

FONT: Final = "TH Sarabun New"
"""The font of Thai government letters; a computer without it takes `FONT_FALLBACK`."""
FONT_FALLBACK: Final = "TH SarabunPSK"
BODY_SIZE: Final = 16
"""Points; Thai letters of this font are small."""
SIZES: Final = {"Normal": BODY_SIZE, "Title": 24, "Heading 1": 18, "Header": 12, "Footer": 12}
SIGNATURES: Final = localized_text("ลงชื่อ", "Signatures")
SIGNATURE_LINE: Final = "." * 40


def write_document(answer: SessionAnswer, locale: Locale) -> bytes:
    """Return the document: the minutes with their lists as tables, and lines to sign."""
    document: Any = Document()
    set_up(document, answer, locale)
    for block in answer.blocks(locale):
        add_block(document, block)
    add_signatures(document, answer, locale)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def set_up(document: Any, answer: SessionAnswer, locale: Locale) -> None:
    """Set paper, fonts, header, footer and properties."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(20)
    for name, size in SIZES.items():
        set_font(document.styles[name], size)
    title = remove_invalid_characters(answer.session.title)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, CREATOR, ""
    properties.language = "th-TH" if locale is Locale.TH else "en-GB"
    properties.created = properties.modified = answer.record.at.astimezone(UTC).replace(tzinfo=None)
    notice = answer.made_up_notice
    warning = "" if notice is None else f" · {MADE_UP.text(locale)}: {notice.text(locale)}"
    section.header.paragraphs[0].text = remove_invalid_characters(f"{title}{warning}")
    add_page_number(section.footer.paragraphs[0])


def set_font(style: Any, size: int) -> None:
    """Set font and size of a style, also for Thai, which Word treats as a complex script."""
    style.font.name, style.font.size = FONT, Pt(size)
    properties = style.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    for name in list(fonts.attrib):
        if name.lower().endswith("theme"):
            del fonts.attrib[name]
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FONT)
    complex_size = properties.find(qn("w:szCs"))
    if complex_size is None:
        complex_size = OxmlElement("w:szCs")
        properties.find(qn("w:sz")).addnext(complex_size)
    complex_size.set(qn("w:val"), str(size * 2))
    if style.font.bold and properties.find(qn("w:bCs")) is None:
        properties.find(qn("w:b")).addnext(OxmlElement("w:bCs"))


def add_page_number(paragraph: Any) -> None:
    """Add the number of the page to a paragraph, as a field that Word computes."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no fields


def add_block(document: Any, block: Block) -> None:
    """Add a heading, a paragraph, or a table."""
    match block:
        case Heading(level, text):
            document.add_heading(remove_invalid_characters(text), level - 1)
        case Paragraph(lines):
            document.add_paragraph(remove_invalid_characters("\n".join(lines)))
        case Listing() if block.rows:
            add_table(document, block.columns, block.rows)
        case Listing():
            document.add_paragraph(block.empty)


def add_table(document: Any, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Add a table whose heads are repeated on each page, and whose rows stay whole."""
    table = document.add_table(rows=0, cols=len(columns), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for number, texts in enumerate((columns, *rows)):
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no such property
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for cell, text in zip(row.cells, texts, strict=True):
            run = cell.paragraphs[0].add_run(remove_invalid_characters(text))
            run.bold = number == 0
            run.font.cs_bold = number == 0
    document.add_paragraph()


def add_signatures(document: Any, answer: SessionAnswer, locale: Locale) -> None:
    """Add a line to sign for the host and for each delegation that was present."""
    document.add_heading(SIGNATURES.text(locale), 1)
    host = answer.session.host_id
    present = [
        one.agency_id
        for one in answer.record.delegations
        if one.present and one.role is not DelegationRole.OBSERVER and one.agency_id != host
    ]
    for key in (host, *present):
        paragraph = document.add_paragraph(
            remove_invalid_characters(f"\n{SIGNATURE_LINE}\n({answer.agency(key, locale)})")
        )
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_together = True
