"""Lengths, areas and times as a person reads them."""

from collections.abc import Mapping

STAGES = {
    "load": "load",
    "input": "edit input",
    "encode": "encode",
    "decode": "decode",
    "contour": "contour",
    "refine": "refine",
    "normals": "normals",
    "finish": "finish",
    "measure": "measure",
}
"""What the stages of a result are called, in their order."""


def length(value: float, unit: str) -> str:
    """A length, e.g. ``1.25 m``; without a unit just the number."""
    return f"{value:.4g} {unit}".strip()


def square(value: float, unit: str) -> str:
    """An area."""
    return f"{value:.4g} {unit and unit + '²'}".strip()


def cube(value: float, unit: str) -> str:
    """A volume."""
    return f"{value:.4g} {unit and unit + '³'}".strip()


def sides(size: tuple[float, float, float], unit: str) -> str:
    """Width, height and depth."""
    return f"{' × '.join(f'{side:.3g}' for side in size)} {unit}".strip()


def duration(seconds: float) -> str:
    """A duration, e.g. ``180 ms``."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def stages(seconds: Mapping[str, float]) -> str:
    """Durations of the stages that took any time, one after another."""
    known = [(said, seconds[name]) for name, said in STAGES.items() if name in seconds]
    shown = [f"{said} {duration(spent)}" for said, spent in known if spent >= 0.0005]
    return ", ".join(shown) or "remembered"
