"""Cuts the photographed object out of any background, and says how sure that is.

The cheapest evidence first: opacity that the file has, then a background of one colour, then
GrabCut (Rother et al., "GrabCut", 2004), which learns the colours inside and outside a box and
cuts where both disagree most. Strokes that keep or remove have the last word. A cut is certain
if it stays when the box changes a little, and if colours change along it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import EmptyShapeError, InvalidGeometryError
from occstudio.exchange.plain_background import cut_out
from occstudio.shapes.image import Image

SMALLEST_SIDE = 32
"""Pixels; smaller pictures show no object that one could cut out."""

UNCERTAIN = 0.5
"""Below this certainty a person should look before anything is made of it."""

_WORKING_SIDE = 320  # pixels: the cut's time grows with them, its quality hardly
_ROUNDS = 3
_REACH = 0.3  # of the box's longer side: so far around it backgrounds are learned
_SPECK = 0.02  # pieces smaller than this, against the largest, are dropped
_RIVAL = 0.4  # and from this on a piece may be the object that was meant
_SMALLEST, _LARGEST = 0.004, 0.97  # of the photo, for an object
_CONTRAST = 30.0  # of 255, across a contour that one sees well

Mask = NDArray[np.bool_]
Box = tuple[float, float, float, float]
LearnedMask = Callable[[Image], NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A stroke of the brush, in pixels of the photo.

    Attributes
    ----------
    points : tuple of (float, float)
        Column and row.
    radius : float
    keep : bool
        Whether what is under it belongs to the object.
    """

    points: tuple[tuple[float, float], ...]
    radius: float
    keep: bool


@dataclass(frozen=True, slots=True, eq=False)
class CutOut:
    """An object without its background.

    Attributes
    ----------
    image : Image
        With the background transparent.
    how : {"opacity", "plain", "learned", "grabcut"}
        What told the object from the background.
    certainty : float
        From 0 (a guess) to 1.
    doubts : tuple of str
        What may be wrong, a sentence each.
    """

    image: Image
    how: Literal["opacity", "plain", "learned", "grabcut"]
    certainty: float
    doubts: tuple[str, ...] = ()


def cut_object_out(
    image: Image,
    box: Box | None = None,
    strokes: Sequence[Stroke] = (),
    learned: LearnedMask | None = None,
) -> CutOut:
    """Cut the object out of a photo.

    Parameters
    ----------
    image : Image
    box : (left, top, right, bottom) or None
        In pixels, around the object; without one it is thought to be in the middle.
    strokes : sequence of Stroke
        Corrections, the later the stronger.
    learned : callable, optional
        Opacity (H, W) of what a network takes for the object; asked where the file has no opacity.

    Raises
    ------
    InvalidGeometryError
        If the picture is tiny or the box empty.
    EmptyShapeError
        If no object is found.
    """
    height, width = image.pixels.shape[:2]
    if min(height, width) < SMALLEST_SIDE:
        raise InvalidGeometryError(
            f"a picture of {width} x {height} pixels is too small to find an object in: "
            f"give one with sides of {SMALLEST_SIDE} and more"
        )
    inside = None if box is None else _box_mask((height, width), box)
    if image.has_opacity:
        mask, how, certainty = image.pixels[..., 3] >= 128, "opacity", 1.0
        mask = mask if inside is None else mask & inside
        soft = image.pixels[..., 3]
    elif learned is not None:
        soft = learned(image)
        mask, how = soft >= 128, "learned"
        mask = mask if inside is None else mask & inside
        certainty = _contrast(image, mask)
    elif (plain := cut_out(image)) is not None and _is_object(plain.pixels[..., 3] > 0, inside):
        mask, how = (plain.pixels[..., 3] > 0), "plain"
        mask = mask if inside is None else mask & inside
        certainty, soft = _contrast(image, mask), None
    else:
        mask, certainty = _grabbed(image, box, strokes)
        how, soft = "grabcut", None
    mask = _stroked(mask, strokes)
    mask, rivals = _largest_pieces(mask, strokes)
    share = float(mask.mean())
    if share < _SMALLEST or share > _LARGEST:
        raise EmptyShapeError("no object was found in the photo: draw a box around it")
    doubts = _doubts(mask, rivals if box is None else 1, certainty, how, is_unboxed=box is None)
    opacity = np.where(mask, 255, 0).astype(np.uint8)
    if soft is not None:
        # Of what is half transparent only the object's rim stays: no shadow, nothing far away.
        rim = (soft < 128) & _widened(mask)
        rim = rim if inside is None else rim & inside
        opacity = np.where(mask | rim, soft, 0).astype(np.uint8)
        opacity[_stroked(np.zeros_like(mask), strokes)] = 255
    elif how == "grabcut":
        opacity = _softened(opacity)
    pixels = np.dstack([image.pixels[..., :3], opacity])
    return CutOut(replace(image, pixels=pixels), how, certainty, doubts)


def _is_object(mask: Mask, inside: Mask | None) -> bool:
    seen = mask if inside is None else mask & inside
    return _SMALLEST <= float(seen.mean()) <= _LARGEST


def _box_mask(shape: tuple[int, int], box: Box) -> Mask:
    left, top = max(round(box[0]), 0), max(round(box[1]), 0)
    right, bottom = min(round(box[2]), shape[1]), min(round(box[3]), shape[0])
    if right - left < 4 or bottom - top < 4:
        raise InvalidGeometryError("the box holds nothing of the photo: draw a larger one")
    mask = np.zeros(shape, bool)
    mask[top:bottom, left:right] = True
    return mask


def _grabbed(image: Image, box: Box | None, strokes: Sequence[Stroke]) -> tuple[Mask, float]:
    height, width = image.pixels.shape[:2]
    if box is None:
        around = (0.04 * width, 0.04 * height, 0.96 * width, 0.96 * height)
        return _grabbed_within(image, around, strokes)
    # What lies far from the box is not asked: a twin there has the colours of the object, too.
    _box_mask((height, width), box)
    reach = _REACH * max(box[2] - box[0], box[3] - box[1])
    left, top = max(int(box[0] - reach), 0), max(int(box[1] - reach), 0)
    right, bottom = min(int(box[2] + reach) + 1, width), min(int(box[3] + reach) + 1, height)
    part = replace(image, pixels=image.pixels[top:bottom, left:right])
    around = (box[0] - left, box[1] - top, box[2] - left, box[3] - top)
    mask = np.zeros((height, width), bool)
    moved = [_scaled(stroke, 1.0, (left, top)) for stroke in strokes]
    mask[top:bottom, left:right], certainty = _grabbed_within(part, around, moved)
    return mask, certainty


def _grabbed_within(image: Image, box: Box, strokes: Sequence[Stroke]) -> tuple[Mask, float]:
    import cv2

    height, width = image.pixels.shape[:2]
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    size = (max(round(width * scale), 8), max(round(height * scale), 8))
    resized = cv2.resize(image.pixels[..., :3], size, interpolation=cv2.INTER_AREA)
    small = np.asarray(resized, np.uint8)
    fitted = (box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale)
    held = [_scaled(stroke, scale) for stroke in strokes]
    first = _cut(small, fitted, held)
    x, y = 0.03 * (fitted[2] - fitted[0]), 0.03 * (fitted[3] - fitted[1])
    moved = (fitted[0] + x, fitted[1] + y, fitted[2] - x, fitted[3] - y)
    second = _cut(small, moved, held)
    common = (first & second).sum() / max(int((first | second).sum()), 1)
    certainty = float(common) * _contrast(Image(small), first)
    soft = cv2.resize(first.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(soft) > 0.5, certainty


def _scaled(stroke: Stroke, scale: float, origin: tuple[int, int] = (0, 0)) -> Stroke:
    points = tuple((scale * (x - origin[0]), scale * (y - origin[1])) for x, y in stroke.points)
    return Stroke(points, scale * stroke.radius, stroke.keep)


def _cut(small: NDArray[np.uint8], box: Box, strokes: Sequence[Stroke]) -> Mask:
    import cv2

    inside = _box_mask(small.shape[:2], box)
    labels = np.where(inside, cv2.GC_PR_FGD, cv2.GC_BGD).astype(np.uint8)
    for stroke in strokes:
        labels[_under(small.shape[:2], stroke)] = cv2.GC_FGD if stroke.keep else cv2.GC_BGD
    if inside.all():  # it must know something of the background
        labels[[0, -1]] = labels[:, [0, -1]] = cv2.GC_BGD
    _grab(small, labels)
    # The wall between the legs of a chair is learned as one of its colours, and stays. What has
    # the colours of the surroundings is therefore asked again, as background, unless that would
    # be most of the object.
    found = labels == cv2.GC_PR_FGD
    doubtful = found & _like_outside(small, inside)
    if 0 < doubtful.sum() < 0.6 * found.sum():
        labels[doubtful] = cv2.GC_PR_BGD
        _grab(small, labels)
    return _without_seams((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD), inside)


def _without_seams(mask: Mask, inside: Mask) -> Mask:
    # The edge between wall and floor has the colour of neither and may stay as a thread, which
    # unlike the legs of a chair runs on to the box.
    import cv2
    from scipy.ndimage import label

    thick = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)) > 0
    threads: NDArray[np.int32] = label(mask & ~thick, np.ones((3, 3)))[0]  # type: ignore[assignment]
    rim = inside & ~(cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)
    loose = np.unique(threads[rim & mask])
    return mask & ~np.isin(threads, loose[loose > 0])


def _grab(small: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
    import cv2

    known = np.unique(labels)
    if not (set(known) & {cv2.GC_FGD, cv2.GC_PR_FGD} and set(known) & {cv2.GC_BGD, cv2.GC_PR_BGD}):
        return  # nothing to tell apart
    cv2.setRNGSeed(0)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, labels, (0, 0, 0, 0), *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)


def _like_outside(small: NDArray[np.uint8], inside: Mask) -> Mask:
    # Colours that are, in relation, about as frequent outside the box as in it.
    import cv2
    from scipy.ndimage import gaussian_filter

    bins = np.asarray(cv2.GaussianBlur(small, (0, 0), 1.0), np.int64) >> 4
    index = (bins[..., 0] * 16 + bins[..., 1]) * 16 + bins[..., 2]
    densities: list[NDArray[np.float64]] = []
    for region in (~inside, inside):
        counts = np.bincount(index[region], minlength=4096).reshape(16, 16, 16)
        density = gaussian_filter(counts.astype(np.float64), 0.8, mode="constant")
        densities.append(density.reshape(-1) / max(int(region.sum()), 1))
    return (densities[0] > 0.3 * densities[1])[index]


def _under(shape: tuple[int, ...], stroke: Stroke) -> Mask:
    import cv2

    canvas = np.zeros(shape[:2], np.uint8)
    points = np.rint(np.atleast_2d(stroke.points)).astype(np.int32)
    thickness = max(round(2 * stroke.radius), 1)
    cv2.polylines(canvas, [points.reshape(-1, 1, 2)], False, 1, thickness)
    for column, row in points[[0, -1]].tolist():
        cv2.circle(canvas, (column, row), max(round(stroke.radius), 1), 1, -1)
    return canvas > 0


def _stroked(mask: Mask, strokes: Sequence[Stroke]) -> Mask:
    changed = mask.copy()
    for stroke in strokes:
        changed[_under(mask.shape, stroke)] = stroke.keep
    return changed


def _largest_pieces(mask: Mask, strokes: Sequence[Stroke]) -> tuple[Mask, int]:
    # What is left when specks are gone, and how many of the pieces might be the object.
    from scipy.ndimage import label

    pieces: NDArray[np.int32] = label(mask, np.ones((3, 3)))[0]  # type: ignore[assignment]
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    if not sizes.any():
        return mask, 0
    kept = sizes >= _SPECK * sizes.max()
    for stroke in strokes:
        if stroke.keep:
            kept[np.unique(pieces[_under(mask.shape, stroke)])] = True
    kept[0] = False
    return kept[pieces], int((sizes >= _RIVAL * sizes.max()).sum())


def _contrast(image: Image, mask: Mask) -> float:
    # How well one sees the contour: colours just inside against just outside, 0 to 1.
    import cv2

    inside = mask.astype(np.uint8)
    reach = max(2, round(0.01 * max(mask.shape)))
    kernel = np.ones((2 * reach + 1,) * 2, np.uint8)
    colors = image.pixels[..., :3].astype(np.float32)
    means: list[NDArray[np.float32]] = []
    for side in (inside, 1 - inside):
        weight = cv2.blur(side.astype(np.float32), kernel.shape) + 1e-6
        mean = cv2.blur(colors * side[..., None], kernel.shape) / weight[..., None]
        means.append(np.asarray(mean, np.float32))
    edge = (cv2.morphologyEx(inside, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))) > 0
    if not edge.any():
        return 0.0
    step = np.abs(means[0] - means[1]).max(axis=2)[edge]
    return float(np.clip(step / _CONTRAST, 0, 1).mean())


def _doubts(
    mask: Mask, rivals: int, certainty: float, how: str, *, is_unboxed: bool
) -> tuple[str, ...]:
    doubts: list[str] = []
    if rivals > 1:
        said = f"there seem to be {rivals} objects in the photo: draw a box around the one you mean"
        doubts.append(said)
    # Colours are asked within a frame only: what runs into the frame runs on to the border.
    down, across = (round(0.06 * n) if how == "grabcut" and is_unboxed else 0 for n in mask.shape)
    within = mask[down : mask.shape[0] - down, across : mask.shape[1] - across]
    rim = np.concatenate([within[0], within[-1], within[:, 0], within[:, -1]])
    if how != "opacity" and rim.mean() > 0.02:
        said = "the object reaches the photo's border: what lies beyond is guessed"
        doubts.append(said)
    if certainty < UNCERTAIN:
        said = "the object is hard to tell from its background: correct it with the brush"
        doubts.append(said)
    return tuple(doubts)


def _widened(mask: Mask) -> Mask:
    import cv2

    reach = max(2, round(0.01 * max(mask.shape)))
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)) > 0


def _softened(opacity: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2

    sigma = max(0.7, max(opacity.shape) / (2.5 * _WORKING_SIDE))
    blurred = cv2.GaussianBlur(opacity, (0, 0), sigma).astype(np.float32)
    return np.clip((blurred - 127.5) * 1.6 + 127.5, 0, 255).astype(np.uint8)
