"""What a photo shows: codes of the shapes that fit, how sure that is, and where the camera stood.

The network answers with a few codes and with chances of directions. The silhouettes of the shapes,
seen from the likely directions, tell which of them the photo can be: a shape that is no better
than another by its chance alone is often much better in outline. Seen from behind, most furniture
has the outline that it has from before; what lies before what tells the two apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from occstudio.errors import ModelError
from occstudio.exchange.square_crop import SEEN, Square, cropped, square_of_object
from occstudio.inference.photo_camera import Pose, mask_iou, silhouette_mask
from occstudio.inference.photo_order import UNKNOWN_ORDER, order_agreement, relief_of
from occstudio.inference.predictor import NeuralModel
from occstudio.networks.photo_encoder import AZIMUTHS
from occstudio.networks.shape_space import CODE, ShapeSpace
from occstudio.shapes.arrays import Points
from occstudio.shapes.field import Field, level_of
from occstudio.shapes.image import Image
from occstudio.shapes.latent import Latent
from occstudio.shapes.photo_reading import UNKNOWN, UNSURE, PhotoReading

_SIDE = 64  # pixels of a silhouette
_CELLS = 36  # along an axis of the cube, of a silhouette's shape
_DIRECTIONS = 3  # that are tried for each shape
_OUTLINE = 4.0  # how many natural logarithms of chance a whole silhouette is worth
_ORDER = 4.0  # and that everything lies before what it should

Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Framed:
    """A cut-out photo as the network sees it.

    Attributes
    ----------
    square : Square
        Of the photo.
    size : (int, int)
        Of the photo, in pixels.
    inputs : (4, S, S) float32
        Colours over white and opacity, 0..1.
    mask : (_SIDE, _SIDE) bool
        The silhouette in the square.
    """

    square: Square
    size: tuple[int, int]
    inputs: NDArray[np.float32]
    mask: Mask

    @property
    def box(self) -> tuple[Doubles, Doubles]:
        """Corners of the object in the square, in its sides."""
        rows, columns = np.nonzero(self.mask)
        low = np.array([columns.min(), rows.min()]) / self.mask.shape[0]
        high = np.array([columns.max() + 1, rows.max() + 1]) / self.mask.shape[0]
        return low, high


@dataclass(frozen=True, slots=True, eq=False)
class Guess:
    """A shape that a photo may show, and from where.

    Attributes
    ----------
    code : (L,) float32
    chance : float
    pose : Pose
    agreement : float
        IoU of the silhouettes.
    begun : Guess, optional
        What it was before it was fitted, if it was. Any shape can be bent into nearly any
        outline: how well it agrees afterwards says little of how right it is.
    order : float
        Agreement of what lies before what, as the guess was at first.
    """

    code: NDArray[np.float32]
    chance: float
    pose: Pose
    agreement: float
    begun: Guess | None = None
    order: float = UNKNOWN_ORDER

    @property
    def worth(self) -> float:
        """By which guesses are sorted."""
        likely = float(np.log(max(self.chance, 1e-6)))
        return likely + _OUTLINE * self.agreement + _ORDER * self.order


def framed(photo: Image, side: int) -> Framed:
    """The square about a cut-out object.

    Raises
    ------
    EmptyShapeError
        If nothing of the photo is opaque.
    """
    square = square_of_object(photo.opacity())
    pixels = cropped(photo, square, side).astype(np.float32) / np.float32(255)
    opacity = pixels[..., 3:]
    inputs = np.concatenate((pixels[..., :3] * opacity + 1 - opacity, opacity), 2)
    mask = cropped(photo, square, _SIDE)[..., 3] >= SEEN
    height, width = photo.pixels.shape[:2]
    return Framed(square, (width, height), inputs.transpose(2, 0, 1).copy(), mask)


def guesses(model: NeuralModel, view: Framed) -> list[Guess]:
    """The shapes that a photo may show, the best first.

    Raises
    ------
    ModelError
        If the model sees no photos.
    """
    network = model.network
    if not isinstance(network, ShapeSpace):
        raise ModelError(f"'{model.card.name}' does not see photos: choose one for photos")
    with torch.inference_mode():
        inputs = torch.from_numpy(view.inputs)[None].to(model.device)
        answers = network.answers(inputs)
        codes = answers.codes[0].float().cpu().numpy()
        chances = answers.chances[0].float().softmax(0).cpu().numpy()
        directions = answers.azimuths[0].float().softmax(0).cpu().numpy()
        elevation, roll, distance = answers.poses[0].float().cpu().tolist()
    azimuths = _peaks(directions)
    relief = relief_of(answers, view.inputs)
    low, high = view.box
    found: list[Guess] = []
    for code, chance in zip(codes, chances, strict=True):
        field = model.field(Latent({CODE: code}, model.card.name))
        points, cell = solid_points(field, level_of(model.card.threshold))
        if not len(points):
            continue
        for azimuth, share in azimuths:
            pose = Pose(azimuth, elevation, roll, float(np.exp(distance)))
            pose = pose.framing(points, low, high)
            agreement = mask_iou(silhouette_mask(pose, points, cell, _SIDE), view.mask)
            order = UNKNOWN_ORDER if relief is None else order_agreement(pose, points, relief)
            likely = float(chance) * share
            found.append(Guess(code, likely, pose, agreement, order=order))
    if not found:
        raise ModelError("the model sees no shape in this photo: give one of furniture")
    return sorted(found, key=lambda guess: -guess.worth)


def read_photo(model: NeuralModel, photo: Image) -> PhotoReading:
    """What a cut-out photo shows; see `PhotoReader`.

    Raises
    ------
    ModelError
        If the model sees no photos.
    EmptyShapeError
        If nothing of the photo is opaque.
    """
    view = framed(photo, model.card.input_spec.resolution or 128)
    return reading_of(model, guesses(model, view), view)


def reading_of(model: NeuralModel, found: list[Guess], view: Framed) -> PhotoReading:
    """Sorted guesses as a reading: each shape once, seen as it fits best."""
    best: dict[bytes, Guess] = {}
    for guess in found:
        best.setdefault(guess.code.tobytes(), guess)
    kept = list(best.values())
    chances = np.array([np.exp(guess.worth - kept[0].worth) for guess in kept])
    chances /= chances.sum()
    first = kept[0]
    confidence = _confidence(model, kept, chances)
    doubts: list[str] = []
    if confidence < UNKNOWN:
        said = (
            "the photo seems to show nothing that this model knows, or it is cut out badly: "
            "the shape has its outline and little else"
        )
        doubts.append(said)
    elif confidence < UNSURE:
        said = (
            "the shape may be far off: the photo shows something that this model knows little of, "
            "or it is cut out badly"
        )
        doubts.append(said)
    return PhotoReading(
        tuple(Latent({CODE: guess.code}, model.card.name) for guess in kept),
        tuple(chances.tolist()),
        first.pose.camera(view.square, view.size),
        first.agreement,
        confidence,
        tuple(doubts),
    )


def solid_points(field: Field, level: float, cells: int = _CELLS) -> tuple[Points, float]:
    """Middles (n, 3) of the cells of a lattice that are inside, and the size of a cell."""
    low, high = np.array(field.box.lower), np.array(field.box.upper)
    size = float((high - low).max()) / cells
    axes = [a + (np.arange(cells) + 0.5) * size for a in low]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3).astype(np.float32)
    return points[np.asarray(field.rough(points)) > level], size


def _peaks(directions: NDArray[np.float32]) -> list[tuple[float, float]]:
    """The likeliest azimuths, each with its share of the chance; never two neighbours."""
    around = np.stack([np.roll(directions, 1), directions, np.roll(directions, -1)])
    mass = around.sum(axis=0)
    is_peak = (directions >= around[0]) & (directions > around[2])
    order = [int(at) for at in np.argsort(-mass) if is_peak[at]][:_DIRECTIONS]
    step = 2 * np.pi / AZIMUTHS
    total = float(mass[order].sum())
    found: list[tuple[float, float]] = []
    for at in order or [int(directions.argmax())]:
        left, middle, right = around[:, at]
        offset = float((right - left) / max(left + middle + right, 1e-9))
        found.append(((at + offset) * step, float(mass[at]) / max(total, 1e-9)))
    return found


def _confidence(model: NeuralModel, kept: list[Guess], chances: Doubles) -> float:
    """The IoU to be expected, by the card's regression on the signs that there are."""
    first = kept[0].begun or kept[0]
    far = spread([first.code, *(guess.code for guess in kept[1:])])
    signs = np.array([1.0, first.agreement, float(chances[0]), far])
    weights = [model.card.calibration.get(name, 0.0) for name in CALIBRATION]
    return float(np.clip(signs @ np.array(weights), 0, 1)) if any(weights) else first.agreement


CALIBRATION: Final = ("constant", "agreement", "chance", "spread")
"""Names in a card's calibration: the weights of the signs by which the IoU is foretold."""


def spread(codes: list[NDArray[np.float32]]) -> float:
    """How far the guesses lie apart: the root mean square distance from the first, by number."""
    if len(codes) < 2:
        return 0.0
    return float(np.sqrt(np.mean([np.square(code - codes[0]).mean() for code in codes[1:]])))
