import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontend.ui.markdown import render
from tests.frontend.payloads import PAYLOADS

HARMLESS = re.compile(r"</?(p|br|strong|em|code|pre|ul|ol|li|blockquote|table|thead|tbody|tr|th|td|h3|h4|hr|div|a|span)\b[^<>]*>")
ATTRIBUTES = re.compile(r'\s(?!class=|href="/|data-source|data-marker=|aria-label="Source|start=)\w[\w-]*=')


def test_a_marker_becomes_a_link_to_its_source() -> None:
    html = render("Thirty days. [1]", sources={1: "/documents/x?start=1"})
    expected = '<p>Thirty days.<a class="cite" href="/documents/x?start=1" data-source data-marker="1" aria-label="Source 1">1</a></p>\n'
    assert html == expected


def test_a_marker_without_a_source_keeps_its_place_and_cannot_be_opened() -> None:
    assert render("So. [2]", sources={}) == '<p>So.<span class="cite cite-waiting" data-marker="2">2</span></p>\n'


def test_a_marker_in_code_is_code() -> None:
    assert "cite" not in render("`rows[1]`", sources={1: "/x"})


def test_links_and_pictures_of_a_model_stay_text() -> None:
    html = render("[here](https://evil.example/?q=secret) ![x](https://evil.example/p.png) <https://evil.example>", sources={})
    assert "<a" not in html
    assert "<img" not in html


def test_private_characters_cannot_forge_a_marker() -> None:
    assert "cite" not in render("\ue0001\ue001", sources={1: "/x"})


@pytest.mark.parametrize(
    "forged",
    ["&#xE000;2&#xE001;", "&#57344;2&#57345;", "&#91;2&#93;", "&lbrack;2&rbrack;", r"\[2\]", "[&#50;]", "[\uff12]", "[\u2060\u0032]"],
)
def test_a_document_cannot_forge_a_marker_by_spelling_it_otherwise(forged: str) -> None:
    html = render(f"Paid on Friday, see {forged} [1]\n\n| Rule {forged} |\n|---|\n| {forged} |", sources={1: "/x", 2: "/y"})
    assert html.count('class="cite"') == 1
    assert "/y" not in html


@pytest.mark.parametrize("long", [f"&#xE000;{'9' * 4400}&#xE001;", f"[{'9' * 4400}]", f"&#{'9' * 4400};"])
def test_a_number_of_thousands_of_digits_is_text(long: str) -> None:
    assert "cite" not in render(long, sources={1: "/x"})


def test_a_quoted_row_below_its_header_is_a_table() -> None:
    html = render("Rule | Days\nAbroad | 20 [1] (older)", sources={1: "/x"})
    assert "<th>Rule</th>" in html
    assert (
        '<td>20<a class="cite" href="/x" data-source data-marker="1" aria-label="Source 1">1</a> <span class="tag">older</span></td>'
        in html
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_of_a_payload_becomes_an_element_or_an_attribute(payload: str) -> None:
    _only_harmless(render(f"Before {payload} after [1]\n\n{payload}\n\n- {payload}", sources={1: "/documents/x"}))


@given(st.text(alphabet="<>&\"'[]()!`*_|#-=/ \n1aonclickhrefjavascript:\ue000\ue001", max_size=200))
def test_whatever_is_written_only_harmless_elements_come_out(text: str) -> None:
    _only_harmless(render(text, sources={1: "/documents/x"}))


def _only_harmless(html: str) -> None:
    left = HARMLESS.sub("", html)
    assert "<" not in left
    for tag in re.findall(r"<[^<>]+>", html):
        assert not ATTRIBUTES.search(tag), tag
