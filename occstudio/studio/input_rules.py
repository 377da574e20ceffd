"""What may be wrong with an input, or with the model that looks at it: a rule for each.

The limits were set on the bundled chair and on damaged copies of it (noise, strays, few points,
wrong axis); tests repeat them on solids.
"""

from dataclasses import replace

from occstudio.exchange.plain_background import PLAIN, border_plainness
from occstudio.shapes.frame import Frame
from occstudio.shapes.image import Image
from occstudio.shapes.photo_reading import SURE, UNKNOWN, UNSURE
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.shape_model import fitting_model
from occstudio.studio import edits
from occstudio.studio.document import RESOLUTIONS
from occstudio.studio.finding import Facts, Finding, Weight, percent
from occstudio.studio.photo_cut import FOUND

SPARSE = 0.035
"""Points farther apart than this, in parts of the longest side, leave the shape to guesswork."""

ROUGH = 0.15
"""Neighbours this unlike a plane are noise."""

STRETCHED = 1.25
"""Stray points that make the box larger by this factor leave the shape too little of it."""

WHITE = 0.93
"""A background at least this light is as in training."""

OUTSIDE = 0.01

_KINDS = {"points": "points", "image": "a photo", "voxels": "voxels", "latent": "codes"}


def wrong_kind(facts: Facts) -> Finding | None:
    """The model was made for another kind of input."""
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


def background(facts: Facts) -> Finding | None:
    """A photo's background is not cut out."""
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
        measured = f"{percent(1 - plain)} of the border differs from the rest"
    else:
        measured = f"its lightness is {percent(light)}, not white"
    remedy = edits.set_cut(facts.item.id, FOUND)
    return Finding("background", text, measured, Weight.WORRY, remedy, "Cut it out")


def unlike(facts: Facts) -> Finding | None:
    """A photo shows nothing that its model knows, or the model is not sure what."""
    sure = SURE if facts.reading is None else facts.reading.confidence
    if sure >= SURE:
        return None
    text, weight = "the photo may show this shape, or another one", Weight.HINT
    if sure < UNKNOWN:
        text, weight = "the photo seems to show nothing that this model knows", Weight.WORRY
    elif sure < UNSURE:
        text = "the shape may be far off from what the photo shows"
    advice = "look at the cut-out, fit the shape to the photo, or try another photo"
    return Finding("photo", text, f"confidence {percent(sure)}", weight, advice=advice)


def cut(facts: Facts) -> Finding | None:
    """A photo's cut-out is doubtful."""
    # What the model itself doubts is told by `unlike`.
    said = () if facts.reading is None else facts.reading.doubts
    doubts = [doubt for doubt in facts.doubts if doubt not in said]
    if not doubts:
        return None
    text, more = doubts[0], "; ".join(doubts[1:])
    return Finding("cut-out", text, more, Weight.HINT, advice="edit the cut-out in the inspector")


def stray(facts: Facts) -> Finding | None:
    """A few points far from the rest make the shape small in its box."""
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


def outside(facts: Facts) -> Finding | None:
    """Points lie outside the box that the model looks at."""
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
        f"{percent(measured.outside)} of them",
        Weight.WORRY,
        edits.set_frame(facts.item.id, frame, "Fit to the box"),
        "Fit to the box",
    )


def lying(facts: Facts) -> Finding | None:
    """The shape lies on its side."""
    measured, up = facts.input, facts.better_up or facts.standing_up
    if not up or (measured is not None and measured.spacing > SPARSE):
        return None  # of a few points no side is the right one
    text = f"the shape seems to lie on its side: it would stand with {_axis(up)} up"
    said = "its feet, its level parts and its walls say so; undo goes back if that was wrong"
    if facts.better_up:
        text = f"the shape seems to lie on its side: it fits the model better with {_axis(up)} up"
        said = (
            f"it goes through {percent(facts.agreements[1])} of the points so, and through "
            f"{percent(facts.agreements[0])} as they lie; undo goes back if that was wrong"
        )
    remedy = edits.set_up((facts.item.id,), up)
    return Finding("up", text, said, Weight.WORRY, remedy, f"Turn {_axis(up)} up")


def few(facts: Facts) -> Finding | None:
    """There are few points."""
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
        f"{measured.count:,} points, {percent(measured.spacing)} of the longest side apart",
        Weight.WORRY if is_sparse else Weight.HINT,
        edits.set_resolution((item.id,), wanted) if can_coarsen else None,
        f"Draw it at {wanted}³" if can_coarsen else "",
        "a denser scan helps most",
    )


def noisy(facts: Facts) -> Finding | None:
    """The points are noisy."""
    measured, item = facts.input, facts.item
    if measured is None or measured.roughness < ROUGH or measured.spacing > SPARSE:
        return None
    smoother = replace(
        item.finishing, smooth_iterations=max(item.finishing.smooth_iterations + 10, 10)
    )
    return Finding(
        "noisy",
        "the points are noisy, so the surface is bumpy or full of holes",
        f"they scatter by {percent(measured.noise)} of the longest side",
        Weight.WORRY,
        edits.set_finishing((item.id,), smoother, "Smooth the surface"),
        "Smooth the surface",
    )


def _axis(up: str) -> str:
    return up[1].upper() if up[0] == "+" else f"minus {up[1].upper()}"
