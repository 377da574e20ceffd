"""Why a mesh looks bad: measured facts become sentences, each with one click that may help.

A finding is *worrying* if the result is likely to disappoint; the window then shows it unasked.
Other findings are only told when somebody asks. The limits were set on the bundled chair and on
damaged copies of it (noise, strays, few points, wrong axis); tests repeat them on solids.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from occstudio.exchange.plain_background import PLAIN, border_plainness
from occstudio.shapes.frame import Frame
from occstudio.shapes.image import Image
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.photo_reading import SURE, UNSURE, PhotoReading
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.shape_model import fitting_model
from occstudio.studio import edits
from occstudio.studio.document import RESOLUTIONS, ShapeItem
from occstudio.studio.edits import Edit
from occstudio.studio.examination import InputMeasures, SurfaceMeasures
from occstudio.studio.notice import Notice
from occstudio.studio.photo_cut import FOUND

SPARSE = 0.035
"""Points farther apart than this, in parts of the longest side, leave the shape to guesswork."""

ROUGH = 0.15
"""Neighbours this unlike a plane are noise."""

STRETCHED = 1.25
"""Stray points that make the box larger by this factor leave the shape too little of it."""

MISSED = 0.05
"""A surface that misses this part of the input did not follow it."""

WHOLE = 0.9
"""A largest piece smaller than this part is not the shape."""

WHITE = 0.93
"""A background at least this light is as in training."""

MANY_PIECES = 8
TOUCHING = 0.002
THIN = 0.3
OUTSIDE = 0.01
BETTER_UP = 0.15
"""By how much the field must agree better with the points for another axis to be proposed."""


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


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found of one shape, the likeliest first."""

    item_id: int
    findings: tuple[Finding, ...]

    @property
    def is_worrying(self) -> bool:
        """Whether the result is likely to disappoint."""
        return any(finding.weight is Weight.WORRY for finding in self.findings)

    @property
    def codes(self) -> frozenset[str]:
        """Names of the worrying findings."""
        return frozenset(f.code for f in self.findings if f.weight is Weight.WORRY)


def diagnose(facts: Facts) -> Diagnosis:
    """All findings that the facts speak for."""
    found = [finding for rule in _RULES if (finding := rule(facts)) is not None]
    found.sort(key=lambda finding: -finding.weight)
    return Diagnosis(facts.item.id, tuple(found))


# -- the rules, in the order of causes before symptoms --------------------------------------------


def _wrong_kind(facts: Facts) -> Finding | None:
    card = facts.card
    if card is None or not facts.kinds or card.input_kind in facts.kinds:
        return None
    best = fitting_model(facts.cards, facts.item.source.observation)
    kind = _KINDS.get(facts.kinds[0], facts.kinds[0])
    text = f"the model {card.name} was made for {_KINDS[card.input_kind]}, and this is {kind}"
    if best is None:
        return Finding("kind", text, "", Weight.WORRY, advice="add a model for it to the library")
    remedy = edits.set_model((facts.item.id,), best.name, best.threshold)
    return Finding("kind", text, "", Weight.WORRY, remedy, f"Use {best.name}")


def _no_surface(facts: Facts) -> Finding | None:
    failure = facts.failure
    if failure is None:
        return None
    return Finding(
        "failed",
        failure.text,
        "",
        Weight.WORRY,
        failure.remedy,
        failure.remedy_label,
        "" if failure.remedy else "try another model or another input",
    )


def _background(facts: Facts) -> Finding | None:
    image = facts.item.source.observation
    is_cut = facts.card is not None and facts.card.input_spec.has_opacity  # by itself
    is_cut = is_cut or facts.item.input_edit.cut is not None
    if not isinstance(image, Image) or image.has_opacity or is_cut:
        return None
    plain, light = border_plainness(image)
    if plain >= PLAIN and light > WHITE:
        return None
    text = "the background is not cut out, and the model takes it for a part of the object"
    if plain < PLAIN:
        measured = f"{_percent(1 - plain)} of the border differs from the rest"
    else:
        measured = f"its lightness is {_percent(light)}, not white"
    remedy = edits.set_cut(facts.item.id, FOUND)
    return Finding("background", text, measured, Weight.WORRY, remedy, "Cut it out")


def _unlike(facts: Facts) -> Finding | None:
    sure = SURE if facts.reading is None else facts.reading.confidence
    if sure >= SURE:
        return None
    text = "the photo may show this shape, or another one"
    if sure < UNSURE:
        text = "the photo seems to show nothing that this model knows"
    advice = "look at the cut-out, fit the shape to the photo, or try another photo"
    weight = Weight.WORRY if sure < UNSURE else Weight.HINT
    return Finding("photo", text, f"confidence {_percent(sure)}", weight, advice=advice)


def _cut(facts: Facts) -> Finding | None:
    if not facts.doubts:
        return None
    text, more = facts.doubts[0], "; ".join(facts.doubts[1:])
    return Finding("cut-out", text, more, Weight.HINT, advice="edit the cut-out in the inspector")


def _stray(facts: Facts) -> Finding | None:
    measured = facts.input
    if measured is None or not 0 < measured.stray < 0.3:
        return None
    if measured.stretch < STRETCHED and measured.outside < OUTSIDE:
        return None
    low, high = measured.core
    margin = 0.01 * max(b - a for a, b in zip(low, high, strict=True))
    crop = (
        (low[0] - margin, low[1] - margin, low[2] - margin),
        (high[0] + margin, high[1] + margin, high[2] + margin),
    )
    edit = replace(facts.item.input_edit, crop=crop, refits=True)
    return Finding(
        "stray",
        "a few points lie far from the rest and disturb the model",
        f"with them the box would be {measured.stretch:.1f} times as long as without",
        Weight.WORRY,
        edits.set_input_edit((facts.item.id,), edit, "Crop stray points"),
        "Crop them",
    )


def _outside(facts: Facts) -> Finding | None:
    measured = facts.input
    if measured is None or measured.outside - measured.stray < OUTSIDE:
        return None
    observation = facts.item.source.observation
    if not isinstance(observation, PointCloud):
        return None
    frame = Frame.fit(observation.points, up=facts.item.frame.up, unit=facts.item.frame.unit)
    return Finding(
        "outside",
        "points lie outside the box that the model looks at",
        f"{_percent(measured.outside)} of them",
        Weight.WORRY,
        _set_frame(facts.item.id, frame, "Fit to the box"),
        "Fit to the box",
    )


def _up(facts: Facts) -> Finding | None:
    measured, up = facts.input, facts.better_up or facts.standing_up
    if not up or (measured is not None and measured.spacing > SPARSE):
        return None  # of a few points no side is the right one
    text = f"the shape seems to lie on its side: it would stand with {_axis(up)} up"
    said = "its feet, its level parts and its walls say so; undo goes back if that was wrong"
    if facts.better_up:
        text = f"the shape seems to lie on its side: it fits the model better with {_axis(up)} up"
        said = (
            f"it goes through {_percent(facts.agreements[1])} of the points so, and through "
            f"{_percent(facts.agreements[0])} as they lie; undo goes back if that was wrong"
        )
    remedy = edits.set_up((facts.item.id,), up)
    return Finding("up", text, said, Weight.WORRY, remedy, f"Turn {_axis(up)} up")


def _few(facts: Facts) -> Finding | None:
    measured, item = facts.input, facts.item
    if measured is None:
        return None
    expected = facts.card.input_spec.points if facts.card is not None else 0
    is_sparse = measured.spacing > SPARSE
    if not is_sparse and measured.count >= 0.1 * expected:
        return None
    coarser = [value for value in RESOLUTIONS if value < item.resolution and value >= 32]
    can_coarsen = is_sparse and item.resolution > 64 and bool(coarser)
    wanted = 64 if 64 in coarser else item.resolution
    return Finding(
        "few",
        "there are few points, so much of the surface is guessed",
        f"{measured.count:,} points, {_percent(measured.spacing)} of the longest side apart",
        Weight.WORRY if is_sparse else Weight.HINT,
        edits.set_resolution((item.id,), wanted) if can_coarsen else None,
        f"Draw it at {wanted}³" if can_coarsen else "",
        "a denser scan helps most",
    )


def _noisy(facts: Facts) -> Finding | None:
    measured, item = facts.input, facts.item
    if measured is None or measured.roughness < ROUGH or measured.spacing > SPARSE:
        return None
    smoother = replace(
        item.finishing, smooth_iterations=max(item.finishing.smooth_iterations + 10, 10)
    )
    return Finding(
        "noisy",
        "the points are noisy, so the surface is bumpy or full of holes",
        f"they scatter by {_percent(measured.noise)} of the longest side",
        Weight.WORRY,
        edits.set_finishing((item.id,), smoother, "Smooth the surface"),
        "Smooth the surface",
    )


def _missed(facts: Facts) -> Finding | None:
    surface, card, item = facts.surface, facts.card, facts.item
    if surface is None or surface.missed < MISSED:
        return None
    others = [
        other
        for other in facts.cards
        if other.input_kind in facts.kinds and card is not None and other.name != card.name
    ]
    remedy, label = None, ""
    if card is not None and item.threshold > card.threshold + 0.05:
        remedy, label = edits.set_threshold((item.id,), card.threshold), f"Use {card.threshold:.2g}"
    elif item.threshold > 0.25:
        remedy = edits.set_threshold((item.id,), item.threshold / 2)
        label = f"Use threshold {item.threshold / 2:.2g}"
    elif others:
        best = others[0]
        remedy = edits.set_model((item.id,), best.name, best.threshold)
        label = f"Use {best.name}"
    return Finding(
        "missed",
        "the surface leaves out a part of the input",
        f"{_percent(surface.missed)} of the points are not near it",
        Weight.WORRY,
        remedy,
        label,
        "the model may not know shapes like this one",
    )


def _touching(facts: Facts) -> Finding | None:
    surface, item = facts.surface, facts.item
    if surface is None or surface.touching < TOUCHING:
        return None
    frame = replace(item.frame, scale=0.85 * item.frame.scale)
    return Finding(
        "touching",
        "the surface runs into the wall of the box and is cut off there",
        f"{_percent(surface.touching)} of it",
        Weight.WORRY,
        _set_frame(item.id, frame, "Give it more room"),
        "Give it more room",
    )


def _fragments(facts: Facts) -> Finding | None:
    surface, item = facts.surface, facts.item
    if surface is None or surface.pieces < 2 or item.finishing.keep_largest:
        return None
    is_broken = surface.largest < WHOLE
    is_dusty = surface.pieces >= MANY_PIECES and surface.largest < 0.995
    remedy, label = (
        edits.set_finishing((item.id,), replace(item.finishing, keep_largest=True), "Keep largest"),
        "Keep the largest",
    )
    if surface.largest < 0.6 and item.threshold > 0.1:
        # The largest piece would not be the shape; a fuller surface may join them.
        remedy = edits.set_threshold((item.id,), item.threshold / 2)
        label = f"Use threshold {item.threshold / 2:.2g}"
    return Finding(
        "fragments",
        "the surface is in pieces",
        f"{surface.pieces} of them; the largest has {_percent(surface.largest)} of the triangles",
        Weight.WORRY if is_broken or is_dusty else Weight.HINT,
        remedy,
        label,
    )


def _thin(facts: Facts) -> Finding | None:
    surface, item = facts.surface, facts.item
    if surface is None or surface.thin < THIN:
        return None
    finer = [value for value in RESOLUTIONS if value > item.resolution and value <= 512]
    return Finding(
        "thin",
        "parts of the shape are hardly thicker than a cell, so they may break or vanish",
        f"{_percent(surface.thin)} of the surface at {item.resolution}³",
        Weight.WORRY if surface.missed > MISSED / 2 else Weight.HINT,
        edits.set_resolution((item.id,), finer[0]) if finer else None,
        f"Draw it at {finer[0]}³" if finer else "",
        "this is the finest resolution that helps",
    )


def _assumed(facts: Facts) -> Finding | None:
    card = facts.card
    if card is None or not card.assumed:
        return None
    return Finding(
        "assumed",
        f"the file of {card.name} does not say how its network is built, so some of it is assumed",
        ", ".join(card.assumed),
        Weight.HINT,
        advice="a config.yaml beside the checkpoint says it",
    )


_KINDS = {"points": "points", "image": "a photo", "voxels": "voxels", "latent": "codes"}

_RULES: Sequence[Callable[[Facts], Finding | None]] = (
    _wrong_kind,
    _no_surface,
    _background,
    _unlike,
    _cut,
    _stray,
    _outside,
    _up,
    _few,
    _noisy,
    _missed,
    _touching,
    _fragments,
    _thin,
    _assumed,
)


def _set_frame(item_id: int, frame: Frame, label: str) -> Edit:
    return Edit(label, lambda old: old.changed((item_id,), lambda item: replace(item, frame=frame)))


def _axis(up: str) -> str:
    return up[1].upper() if up[0] == "+" else f"minus {up[1].upper()}"


def _percent(part: float) -> str:
    if 0 < part < 0.01:
        return f"{100 * part:.1f} %"
    return f"{100 * part:.0f} %"
