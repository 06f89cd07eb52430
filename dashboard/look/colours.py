"""Colours of light and dark: the light ones are those of the Power BI theme, the dark ones stand for them at night."""

import json
from dataclasses import dataclass
from functools import cache

from contracts.settings import PROJECT

THEME = PROJECT / "powerbi/RetailInventory.Report/StaticResources/RegisteredResources/RetailInventory.json"
# As bright as their light ones are dark; apart for every kind of colour-blindness, as a test says.
DARK_SERIES = ("#4FA8E8", "#F28C38", "#F2F2F2", "#7F6BFF", "#9A9A9A", "#B8439F")
DARK_PAGE, DARK_CARD = "#12161C", "#1B2129"


@dataclass(frozen=True)
class Palette:
    """Colours of one mode. `good` and `bad` never stand alone: arrows and words say it too."""

    series: tuple[str, ...]
    good: str
    bad: str
    muted: str
    low: str  # the faint end of a heat map

    @property
    def first(self) -> str:
        """The main series."""
        return self.series[0]

    @property
    def second(self) -> str:
        """What stands out against it."""
        return self.series[1]


@cache
def palette(is_dark: bool) -> Palette:
    """The colours of a mode."""
    if is_dark:
        return Palette(DARK_SERIES, DARK_SERIES[0], DARK_SERIES[1], DARK_SERIES[4], "#232B35")
    theme = json.loads(THEME.read_text())
    return Palette(tuple(theme["dataColors"][:6]), theme["good"], theme["bad"], theme["null"], "#EDF4F9")
