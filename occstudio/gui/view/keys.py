"""The legends of the view: round numbers, and what they mean in plain words."""

import numpy as np

from occstudio.gui.translation import tr
from occstudio.gui.view.color_map import BELIEF, DISTANCE, DOUBT
from occstudio.gui.view.floor import round_length
from occstudio.gui.view.overlays.legend import Key
from occstudio.gui.view.overlays.scale_bar import length_text
from occstudio.studio.inquiries import CertaintyAnswer, DistanceAnswer, ShellAnswer

_SHARE = 98
"""Per cent of the vertices whose value lies on the ramp; the rest takes the end's colour."""


def slice_key(threshold: float) -> Key:
    """Of a field slice; the threshold is marked on the ramp."""
    return Key(
        tr("Occupancy probability"),
        BELIEF,
        ((0.0, f"0  {tr('empty')}"), (0.5, "0.5"), (1.0, f"{tr('solid')}  1")),
        tr(
            "What the network believes on this plane. The line is the surface, at {threshold:.3g}.",
            threshold=threshold,
        ),
        mark=threshold,
    )


def distance_key(answer: DistanceAnswer, first: str, second: str) -> tuple[Key, float]:
    """Of a heat map, and the distance at the ramp's ends."""
    distances, unit = answer.distances, answer.alignment.first.unit
    away = np.abs(distances)
    reach = _reach(away)
    near, far = float(away.mean()), float(away.max())
    place = tr("where they are") if answer.alignment.in_world else tr("each scaled to its own cube")
    key = Key(
        tr("{first} against {second}", first=first, second=second),
        DISTANCE,
        (
            (0.0, f"−{length_text(reach, unit)}"),
            (0.5, "0"),
            (1.0, f"+{length_text(reach, unit)}"),
        ),
        tr(
            "Blue lies inside {second}, red outside. Mean {mean}, 95 % within "
            "{most}, at most {far}. Compared {place}.",
            second=second,
            mean=_short(near, unit),
            most=_short(float(np.percentile(away, 95)), unit),
            far=_short(far, unit),
            place=place,
        ),
    )
    return key, reach


def doubt_key(answer: CertaintyAnswer) -> tuple[Key, float]:
    """Of uncertainty on a surface, and the width at the ramp's end."""
    widths, unit = answer.widths, answer.question.result.frame.unit
    reach = _reach(widths)
    low, high = answer.thresholds
    key = Key(
        tr("How unsure the network is"),
        DOUBT,
        (
            (0.0, f"0  {tr('sure')}"),
            (0.5, length_text(reach / 2, unit)),
            (1.0, f"{length_text(reach, unit)}"),
        ),
        tr(
            "So far would the surface move between thresholds {low:.2g} and {high:.2g}. "
            "Half of it by less than {median}.",
            low=low,
            high=high,
            median=_short(float(np.median(widths)), unit),
        ),
    )
    return key, reach


def shell_key(answer: ShellAnswer) -> Key:
    """Of a shell between two thresholds."""
    low, high = answer.thresholds
    return Key(
        tr("Shell of doubt"),
        DOUBT,
        ((0.02, tr("core, {high:.2g}", high=high)), (0.72, tr("skin, {low:.2g}", low=low))),
        tr(
            "The core is what is left at threshold {high:.2g}, the skin what {low:.2g} "
            "would add. Where both are far apart, the network has not decided.",
            high=high,
            low=low,
        ),
    )


def _reach(values: np.ndarray) -> float:
    """A round length that holds most of these."""
    wanted = float(np.percentile(values, _SHARE)) if len(values) else 0.0
    if wanted <= 0:
        return 1.0
    rounded = round_length(wanted)
    return rounded if rounded >= 0.8 * wanted else round_length(1.6 * wanted)


def _short(length: float, unit: str) -> str:
    return length_text(float(f"{length:.2g}"), unit)
