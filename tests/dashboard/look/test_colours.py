"""One set of colours for Power BI and the dashboard, by day and by night, for all eyes."""

import json
import tomllib
from itertools import combinations

import pytest

from contracts.settings import PROJECT
from dashboard.look.colours import DARK_CARD, DARK_PAGE, THEME, palette
from powerbi.checks.theme_checks import APART, GRAPHICS, TEXT, VISION, _distance, _seen, contrast

CONFIGURED = tomllib.loads((PROJECT / "dashboard/.streamlit/config.toml").read_text())["theme"]


def test_light_colours_are_those_of_power_bi() -> None:
    """Series, good and bad, background and text."""
    theme = json.loads(THEME.read_text())
    assert list(palette(False).series) == theme["dataColors"][:6] == CONFIGURED["light"]["chartCategoricalColors"]
    assert (palette(False).good, palette(False).bad) == (theme["good"], theme["bad"])
    assert CONFIGURED["light"]["backgroundColor"] == theme["background"]
    assert CONFIGURED["light"]["textColor"] == theme["foreground"]


def test_dark_colours_are_configured_as_drawn() -> None:
    """What Streamlit draws and what the charts draw."""
    assert CONFIGURED["dark"]["chartCategoricalColors"] == list(palette(True).series)
    assert (CONFIGURED["dark"]["backgroundColor"], CONFIGURED["dark"]["secondaryBackgroundColor"]) == (
        DARK_CARD,
        DARK_PAGE,
    )


@pytest.mark.parametrize("surface", [DARK_CARD, DARK_PAGE])
def test_dark_colours_stand_out(surface: str) -> None:
    """Series as graphics, good and bad as text, by WCAG 2.2."""
    dark = palette(True)
    assert min(contrast(colour, surface) for colour in dark.series) >= GRAPHICS
    assert min(contrast(colour, surface) for colour in (dark.good, dark.bad)) >= TEXT


@pytest.mark.parametrize("vision", VISION)
def test_dark_colours_are_told_apart_by_all(vision: str) -> None:
    """No two series look alike to colour-blind readers."""
    matrix = VISION[vision]
    pairs = combinations(palette(True).series, 2)
    assert min(_distance(_seen(one, matrix), _seen(other, matrix)) for one, other in pairs) >= APART
