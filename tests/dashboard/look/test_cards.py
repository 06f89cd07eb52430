"""Cards as HTML."""

from dashboard.figures.kpis import Card, Change
from dashboard.look.cards import card_html, course_svg


def test_texts_are_escaped() -> None:
    """What a retailer calls a thing is shown, not run."""
    html = card_html(Card("<script>alert(1)</script>", "<b>", help='" onmouseover="x'), "#000000")
    assert "<script>" not in html
    assert "&lt;b&gt;" in html
    assert 'title="&quot; onmouseover=&quot;x"' in html


def test_an_estimate_is_marked() -> None:
    """With a badge beside its name."""
    assert "est." in card_html(Card("Cover", "3", is_estimate=True), "#000000")
    assert "est." not in card_html(Card("Cover", "3"), "#000000")


def test_a_change_is_said_without_its_colour() -> None:
    """An arrow with a word for who does not see it; nothing moved has neither."""
    up = card_html(Card("A", "1", changes=(Change("last year", "3.0 %", "good", True),)), "#000000")
    still = card_html(Card("A", "1", changes=(Change("last year", "0.0 %", "", False),)), "#000000")
    assert 'aria-label="up">▲' in up
    assert 'aria-label="unchanged">■' in still


def test_a_course_is_a_line_from_its_first_to_its_last_value() -> None:
    """The lowest value at the bottom, the highest on top; two values are no course."""
    assert 'points="0.0,26.0 48.0,0.0 96.0,13.0"' in course_svg((1, 3, 2), "#000000")
    assert course_svg((1, 2), "#000000") == ""
    assert course_svg((5, 5, 5), "#000000")
