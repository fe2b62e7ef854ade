"""Plots as SVG inside a page: drawn with attributes and classes alone, so that a page needs neither script nor inline style.

Each says in words what it shows, for who does not see it.
"""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

_WIDTH, _LEFT, _RIGHT, _TOP = 640, 44, 12, 12


def line(points: Sequence[tuple[str, float]], title: str) -> Markup:
    """Shares between 0 and 1 over days, oldest first."""
    height = 200
    bottom = height - 28
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(points) - 1)
    places = [
        (_LEFT + (step * at if len(points) > 1 else (_WIDTH - _LEFT - _RIGHT) / 2), bottom - value * (bottom - _TOP))
        for at, (_, value) in enumerate(points)
    ]
    parts = [_rule(bottom - share * (bottom - _TOP), f"{share:.0%}") for share in (0, 0.5, 1)]
    parts.append(f'<polyline class="trend" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>')
    for (x, y), (day, value) in zip(places, points, strict=True):
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{escape(day)}: {value:.0%}</title></circle>')
    for at in sorted({0, len(points) - 1}):
        anchor = "middle" if len(points) == 1 else ("start" if at == 0 else "end")
        parts.append(f'<text x="{places[at][0]:.1f}" y="{height - 8}" text-anchor="{anchor}">{escape(points[at][0])}</text>')
    return _svg(height, title, parts)


def bars(rows: Sequence[tuple[str, float, str]], title: str, most: float | None = None) -> Markup:
    """A bar for each row: what it is, its value, and its value in words."""
    label, gap = 250, 28
    most = most or max((value for _, value, _ in rows), default=1) or 1
    parts = []
    for at, (name, value, said) in enumerate(rows):
        y = _TOP + at * gap
        long = max(1.0, value / most * (_WIDTH - label - 70))
        short = name if len(name) <= 34 else name[:33].rstrip() + "\u2026"
        parts.append(f'<text x="{label - 10}" y="{y + 15}" text-anchor="end">{escape(short)}<title>{escape(name)}</title></text>')
        parts.append(f'<rect class="bar" x="{label}" y="{y + 2}" width="{long:.1f}" height="18" rx="3"/>')
        parts.append(f'<text class="value" x="{label + long + 8:.1f}" y="{y + 15}">{escape(said)}</text>')
    return _svg(_TOP * 2 + gap * len(rows), title, parts)


def reliability(bins: Sequence[dict[str, Any]], title: str) -> Markup:
    """How often findings were confirmed over how sure they were; on the diagonal both agree."""
    height = 260
    bottom, wide = height - 30, _WIDTH - _LEFT - _RIGHT

    def place(x: float, y: float) -> tuple[float, float]:
        return _LEFT + x * wide, bottom - y * (bottom - _TOP)

    parts = [_rule(place(0, share)[1], f"{share:.0%}") for share in (0, 0.5, 1)]
    (x1, y1), (x2, y2) = place(0, 0), place(1, 1)
    parts.append(f'<line class="even" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>')
    for share in (0, 0.5, 1):
        x = place(share, 0)[0]
        parts.append(f'<text x="{x:.1f}" y="{height - 8}" text-anchor="{"start" if share == 0 else "end" if share == 1 else "middle"}">{share:.1f}</text>')
    for one in bins:
        if one["reviews"]:
            x, y = place(one["confidence"], one["confirmed"])
            said = f"confidence {one['confidence']:.2f}, confirmed {one['confirmed']:.0%} of {one['reviews']}"
            parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{min(14, 4 + one["reviews"] ** 0.5):.1f}"><title>{said}</title></circle>')
    return _svg(height, title, parts)


def _rule(y: float, said: str) -> str:
    return f'<line class="rule" x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}"/><text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{said}</text>'


def _svg(height: int, title: str, parts: Sequence[str]) -> Markup:
    # All that came from outside was escaped above.
    return Markup(f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>')
