"""The brand of a report: the logo read and judged, the accent colour tested for contrast."""

from __future__ import annotations

import base64
import colorsys
from pathlib import Path

from scanner.config.model import BrandSection
from scanner.report import Brand

LARGEST_LOGO = 100_000
"""Bytes of a logo that a report carries."""

READABLE = 4.5
"""The contrast that text needs (WCAG 2.2, 1.4.3)."""

PAPER = {"light": "#fdfcfa", "dark": "#15181b"}
"""The two backgrounds of the HTML report."""

_KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


class BrandError(ValueError):
    """A logo or a colour that a report cannot use; the message says why and what would do."""


def brand_of(section: BrandSection, folder: Path) -> Brand:
    """The brand as reports use it; files are looked for in `folder`. Raises BrandError."""
    accent = section.accent.casefold()
    if accent:
        _refuse_faint(accent)
    return Brand(
        name=section.name,
        logo=_logo(folder / Path(section.logo).expanduser()) if section.logo else "",
        accent=accent,
        accent_dark=readable(accent, PAPER["dark"]) if accent else "",
        footer=section.footer,
        confidentiality=section.confidentiality,
        contact=section.contact,
    )


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (#rrggbb), 1 to 21 (WCAG 2.2, relative luminance)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, paper: str) -> str:
    """The nearest lightness of that hue that can be read on that paper."""
    hue, light, saturation = colorsys.rgb_to_hls(*_parts(colour))
    best = min(
        (step / 100 for step in range(101)),
        key=lambda one: (
            contrast(_hex(hue, one, saturation), paper) < READABLE,
            abs(one - light),
        ),
    )
    return colour if contrast(colour, paper) >= READABLE else _hex(hue, best, saturation)


def _refuse_faint(accent: str) -> None:
    if contrast(accent, PAPER["light"]) < READABLE:
        nearest = readable(accent, PAPER["light"])
        raise BrandError(
            f"report.brand.accent: {accent} cannot be read on light paper (contrast below "
            f"{READABLE}); the nearest that can is {nearest}"
        )


def _logo(path: Path) -> str:
    """The file as a data: URI. An SVG in an img element runs no script (SVG 2, 2.4)."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BrandError(f"report.brand.logo: cannot read {path}: {error.strerror}") from error
    if len(data) > LARGEST_LOGO:
        raise BrandError(
            f"report.brand.logo: {path} has {len(data):,} bytes; at most {LARGEST_LOGO:,} fit"
        )
    kind = next((kind for mark, kind in _KINDS.items() if data.startswith(mark)), "")
    if not kind and b"<svg" in data[:1000]:
        kind = "image/svg+xml"
    if not kind:
        raise BrandError(f"report.brand.logo: {path} is no PNG, JPEG or SVG image")
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(hue: float, light: float, saturation: float) -> str:
    parts = colorsys.hls_to_rgb(hue, light, saturation)
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB
        for part in _parts(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
