"""Checks of the theme: contrast as WCAG 2.2 measures it, and colours that colour-blind readers tell apart."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from powerbi.checks.project import Project

Colour = tuple[float, float, float]
TEXT, GRAPHICS = 4.5, 3.0  # WCAG 2.2, success criteria 1.4.3 and 1.4.11
APART = 15.0  # CIE76 distance; 2.3 is just noticeable side by side, lines lie apart
# G. M. Machado and others, A Physiologically-based Model for Simulation of Color Vision Deficiency (2009), severity 1.
VISION = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def theme_is_readable(project: Project) -> Iterator[str]:
    """Text and series stand out from what they lie on."""
    theme = project_theme(project)
    page = theme["visualStyles"]["page"]["*"]["background"][0]["color"]["solid"]["color"]
    for background in (theme["background"], page):
        for name, style in theme["textClasses"].items():
            yield from _contrast(f"Text {name}", style["color"], background, TEXT)
        yield from _contrast("Text foreground", theme["foreground"], background, TEXT)
        for colour in theme["dataColors"]:
            yield from _contrast("Series", colour, background, GRAPHICS)


def theme_is_colour_blind_safe(project: Project) -> Iterator[str]:
    """No two of the first six series look alike to anybody, nor do good and bad."""
    theme = project_theme(project)
    pairs = [*combinations(theme["dataColors"][:6], 2), (theme["good"], theme["bad"])]
    for vision, matrix in VISION.items():
        for one, other in pairs:
            if _distance(_seen(one, matrix), _seen(other, matrix)) < APART:
                yield f"With {vision}, {one} and {other} look alike."


def project_theme(project: Project) -> dict[str, Any]:
    """The theme that the report uses."""
    name = project.json("definition/report.json")["themeCollection"]["customTheme"]["name"]
    return project.json(f"StaticResources/RegisteredResources/{name}")


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(_linear(one)), _luminance(_linear(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _contrast(what: str, colour: str, background: str, least: float) -> Iterator[str]:
    found = contrast(colour, background)
    if found < least:
        yield f"{what} {colour} on {background} has a contrast of {found:.1f}, less than {least}."


def _linear(colour: str) -> Colour:
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return red, green, blue


def _luminance(colour: Colour) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def _seen(colour: str, matrix: tuple[Colour, ...]) -> Colour:
    linear = _linear(colour)
    red, green, blue = (min(max(sum(w * c for w, c in zip(row, linear, strict=True)), 0), 1) for row in matrix)
    return red, green, blue


def _distance(one: Colour, other: Colour) -> float:
    return sum((a - b) ** 2 for a, b in zip(_lab(one), _lab(other), strict=True)) ** 0.5


def _lab(linear: Colour) -> Colour:
    """CIE L*a*b* under D65."""
    red, green, blue = linear
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = _luminance(linear)
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    a, b, c = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * b - 16, 500 * (a - b), 200 * (b - c)
