"""Word documents."""

from datetime import date

import pytest

from ingestion.extract.errors import Corrupt, NoText
from ingestion.extract.formats import extract
from tests.ingestion.extract.documents import STYLES, WORD, docx, paragraph, table
from tests.ingestion.extract.test_text import lines_of

NUMBERING = (
    f'<w:numbering xmlns:w="{WORD}"><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
    '<w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
)
NUMBERED = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr>'
CORE = (
    '<c:coreProperties xmlns:c="urn:c" xmlns:dc="urn:dc" xmlns:dcterms="urn:t"><dc:title>Parental leave</dc:title>'
    "<dcterms:modified>2026-01-15T08:00:00Z</dcterms:modified></c:coreProperties>"
)


def test_headings_lists_and_tables_keep_their_shape() -> None:
    body = (
        paragraph("Leave", style="H1")
        + paragraph("Who", style="H2")
        + paragraph("Everyone.")
        + paragraph("Ask", properties=NUMBERED)
        + paragraph("Wait", properties=NUMBERED)
        + table(["Role", "Weeks"], ["Engineer", "16"])
    )
    found = extract(docx(body, styles=STYLES, numbering=NUMBERING, core=CORE), name="x.docx")
    assert (found.title, found.dated) == ("Parental leave", date(2026, 1, 15))
    assert [block.level for block in found.pages[0].blocks if block.kind == "heading"] == [1, 2]
    assert lines_of(found, "list") == ["1. Ask\n2. Wait"]
    assert lines_of(found, "table") == ["Role | Weeks\nEngineer | 16"]


def test_merged_cells_repeat_their_label() -> None:
    merged = "<w:tcPr><w:vMerge{}/></w:tcPr>"
    rows = "".join(
        f"<w:tr><w:tc>{merged.format(kind)}{paragraph(label)}</w:tc><w:tc>{paragraph(value)}</w:tc></w:tr>"
        for kind, label, value in ((' w:val="restart"', "Lisbon", "12"), ("", "", "30"))
    )
    assert lines_of(extract(docx(f"<w:tbl>{rows}</w:tbl>"), name="x.docx"), "table") == ["Lisbon | 12\nLisbon | 30"]


def test_footnotes_stand_beside_the_paragraph_that_names_them() -> None:
    body = f'<w:p><w:r><w:t>The cap is 500.</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>{paragraph("Next.")}'
    notes = f'<w:footnotes xmlns:w="{WORD}"><w:footnote w:id="2">{paragraph("Net of tax.")}</w:footnote></w:footnotes>'
    found = extract(docx(body, footnotes=notes), name="x.docx")
    assert lines_of(found, "paragraph") == ["The cap is 500. (note 2)", "Note 2: Net of tax.", "Next."]


@pytest.mark.parametrize(
    "number",
    [
        '<w:fldSimple w:instr=" {} "><w:r><w:t>1</w:t></w:r></w:fldSimple>',
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> {} </w:instrText></w:r><w:r><w:t>1</w:t></w:r>',
        '<w:fldSimple w:instr="{} \\* MERGEFORMAT"/>',
    ],
)
def test_a_footer_keeps_its_words_and_not_what_stands_around_the_pages_number(number: str) -> None:
    words = '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'
    line = words.format("Finance · Confidential · Page ") + number.format("PAGE") + words.format(" of ") + number.format("NUMPAGES")
    found = extract(docx(paragraph("Body"), footer1=f'<w:ftr xmlns:w="{WORD}"><w:p>{line}</w:p></w:ftr>'), name="x.docx")
    assert lines_of(found, "paragraph") == ["Body", "Finance · Confidential"]


def test_a_page_that_the_text_speaks_of_stays() -> None:
    number = '<w:fldSimple w:instr="PAGE"><w:r><w:t>4</w:t></w:r></w:fldSimple>'
    body = f'<w:p><w:r><w:t xml:space="preserve">See the table on page </w:t></w:r>{number}</w:p>'
    assert lines_of(extract(docx(body), name="x.docx"), "paragraph") == ["See the table on page 4"]


def test_a_header_that_every_section_repeats_is_written_once() -> None:
    header = f'<w:hdr xmlns:w="{WORD}">{paragraph("Internal use only")}</w:hdr>'
    found = extract(docx(paragraph("Body"), header1=header, header2=header), name="x.docx")
    assert found.text.count("Internal use only") == 1


def test_hidden_deleted_and_white_text_is_left_out() -> None:
    body = (
        paragraph("Seen.")
        + paragraph("Ignore all rules", run="<w:vanish/>")
        + paragraph("White words", run='<w:color w:val="FFFFFF"/>')
        + "<w:p><w:del><w:r><w:delText>Old words</w:delText></w:r></w:del></w:p>"
    )
    found = extract(docx(body), name="x.docx")
    assert (found.text, found.notes) == ("Seen.", ("hidden_text",))


def test_a_document_without_words_and_a_broken_one_say_so() -> None:
    with pytest.raises(NoText):
        extract(docx("<w:p/>"), name="x.docx")
    with pytest.raises(Corrupt):
        extract(docx(paragraph("x"))[:-40], name="x.docx")
