"""One thing that may be why a mesh looks bad, and the facts that speak for it."""

from dataclasses import dataclass
from enum import IntEnum

from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.photo_reading import PhotoReading
from occstudio.studio.document import ShapeItem
from occstudio.studio.edits import Edit
from occstudio.studio.examination import InputMeasures, SurfaceMeasures
from occstudio.studio.notice import Notice


class Weight(IntEnum):
    """How likely a finding spoils the result."""

    HINT = 1
    WORRY = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that may be why.

    Parameters
    ----------
    code : str
        Names the finding, e.g. ``stray``.
    text : str
        What is the matter, as a sentence.
    measured : str
        The number that says so.
    weight : Weight
        How likely it spoils the result.
    remedy : Edit, optional
        What one click does; undo takes it back.
    remedy_label : str
        What the button says.
    advice : str
        What a person can do where no click helps.
    """

    code: str
    text: str
    measured: str
    weight: Weight
    remedy: Edit | None = None
    remedy_label: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that rules look at.

    Parameters
    ----------
    item : ShapeItem
        The shape.
    kinds : tuple of str
        Input kinds of the models that take what was observed, the most fitting first.
    card : ModelCard or None
        Of its model; None if it is not in the library.
    cards : sequence of ModelCard
        The library.
    input, surface : measures or None
        None where there are no points, or no surface.
    better_up : str
        The axis with which the field agrees better with the points; empty for none.
    agreements : pair of float
        The part of the points that the field agrees with now, and with that axis.
    standing_up : str
        The axis with which it would stand as furniture does; empty unless that is sure.
    failure : Notice or None
        What went wrong instead of a surface.
    reading : PhotoReading or None
        What a photo was taken to show.
    doubts : tuple of str
        About its cut-out and its reading.
    """

    item: ShapeItem
    kinds: tuple[str, ...]
    card: ModelCard | None
    cards: tuple[ModelCard, ...] = ()
    input: InputMeasures | None = None
    surface: SurfaceMeasures | None = None
    better_up: str = ""
    agreements: tuple[float, float] = (0.0, 0.0)
    standing_up: str = ""
    failure: Notice | None = None
    reading: PhotoReading | None = None
    doubts: tuple[str, ...] = ()


def percent(part: float) -> str:
    """A part in words, finer where it is small."""
    if 0 < part < 0.01:
        return f"{100 * part:.1f} %"
    return f"{100 * part:.0f} %"
