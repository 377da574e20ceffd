"""Lengths, areas and times as a person reads them."""

from collections.abc import Mapping

from occstudio.gui.translation import marked, numeral, tr

STAGES = {
    "load": marked("load"),
    "input": marked("edit input"),
    "encode": marked("encode"),
    "decode": marked("decode"),
    "contour": marked("contour"),
    "refine": marked("refine"),
    "normals": marked("normals"),
    "finish": marked("finish"),
    "measure": marked("measure"),
    "shade": marked("shade"),
}
"""What the stages of a result are called, in their order."""


def length(value: float, unit: str) -> str:
    """A length, e.g. ``1.25 m``; without a unit just the number."""
    return f"{numeral(value, '.4g')} {unit}".strip()


def square(value: float, unit: str) -> str:
    """An area."""
    return f"{numeral(value, '.4g')} {unit and unit + '²'}".strip()


def cube(value: float, unit: str) -> str:
    """A volume."""
    return f"{numeral(value, '.4g')} {unit and unit + '³'}".strip()


def sides(size: tuple[float, float, float], unit: str) -> str:
    """Width, height and depth."""
    return f"{' × '.join(numeral(side, '.3g') for side in size)} {unit}".strip()


def duration(seconds: float) -> str:
    """A duration, e.g. ``180 ms``."""
    if seconds < 1:
        return tr("{milliseconds:.0f} ms", milliseconds=seconds * 1000)
    return tr("{seconds:.1f} s", seconds=seconds)


def stages(seconds: Mapping[str, float]) -> str:
    """Durations of the stages that took any time, one after another."""
    known = [(said, seconds[name]) for name, said in STAGES.items() if name in seconds]
    shown = [f"{tr(said)} {duration(spent)}" for said, spent in known if spent >= 0.0005]
    # A stage and its time are not torn apart at the end of a line.
    return ", ".join(part.replace(" ", "\u00a0") for part in shown) or tr("remembered")
