"""What a photo shows: codes of the shapes that fit, how sure that is, and where the camera stood.

The network answers with a few codes and with chances of directions. The silhouettes of the shapes,
seen from the likely directions, tell which of them the photo can be: a shape that is no better
than another by its chance alone is often much better in outline. Seen from behind, most furniture
has the outline that it has from before; what the pixels say of the space behind them tells the two
apart (`photo_evidence`).

A code that is recognised is that of something known. So another is found: the surface of what
pixels and recognised shapes together say is given to the space's own encoder of scans, as if it
had been scanned. It costs a moment, and follows the photo much better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from occstudio.errors import ModelError
from occstudio.exchange.square_crop import SEEN, Square, cropped, square_of_object
from occstudio.extraction.field_slice import probability
from occstudio.inference.photo_camera import Pose, mask_box, mask_iou, silhouette_mask
from occstudio.inference.photo_evidence import PhotoEvidence
from occstudio.inference.photo_expected import Expected
from occstudio.inference.predictor import NeuralModel
from occstudio.networks.photo_encoder import AZIMUTHS, PhotoEncoder
from occstudio.networks.shape_space import CODE, ShapeSpace
from occstudio.shapes.arrays import Points
from occstudio.shapes.field import Field, level_of
from occstudio.shapes.image import Image
from occstudio.shapes.latent import Latent
from occstudio.shapes.photo_reading import UNKNOWN, UNSURE, PhotoReading

_SIDE = 64  # pixels of a silhouette
_USUAL_SIDE = 128  # of what a model looks at
_CELLS = 36  # along an axis of the cube, of a silhouette's shape
_DIRECTIONS = 3  # that are tried for each shape
_OUTLINE = 4.0  # how many natural logarithms of chance a whole silhouette is worth
_EVIDENCE = 6.0  # and that all that the pixels say is solid is, and nothing else
_RECOGNISED = 0.35  # share of the recognised code in one that follows the photo
_ASKED = 5000  # points at which shapes are compared with what the pixels say

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
        return mask_box(self.mask)


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
        The recognised one that it came from, if it is none itself. Any shape can be bent into
        nearly any outline: how well it agrees afterwards says little of how right it is.
    evidence : float
        Overlap with where the pixels say that it is solid, 0 to 1, as the guess was at first.
    """

    code: NDArray[np.float32]
    chance: float
    pose: Pose
    agreement: float
    begun: Guess | None = None
    evidence: float = 0.0

    @property
    def worth(self) -> float:
        """By which guesses are sorted."""
        likely = float(np.log(max(self.chance, 1e-6)))
        return likely + _OUTLINE * self.agreement + _EVIDENCE * self.evidence


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


def framed_for(model: NeuralModel, photo: Image) -> Framed:
    """The same in the size that a model looks at."""
    return framed(photo, model.card.input_spec.resolution or _USUAL_SIDE)


def guesses(model: NeuralModel, view: Framed, evidence: PhotoEvidence | None = None) -> list[Guess]:
    """The shapes that a photo may show, the best first.

    Parameters
    ----------
    model : NeuralModel
    view : Framed
    evidence : PhotoEvidence, optional
        What the pixels say; asked of the model if not given.

    Raises
    ------
    ModelError
        If the model sees no photos.
    """
    network = seeing_network(model)
    evidence = evidence or PhotoEvidence.of(network, view.inputs)
    with torch.inference_mode():
        answers = network.answers(torch.from_numpy(view.inputs)[None].to(model.device))
        codes = answers.codes[0].float().cpu().numpy()
        chances = answers.chances[0].float().softmax(0).cpu().numpy()
        directions = answers.azimuths[0].float().softmax(0).cpu().numpy()
        elevation, roll, distance = answers.poses[0].float().cpu().tolist()
    known = None if evidence is None else _Known.of(evidence, model.card.input_spec.box_side)

    def seen(code: NDArray[np.float32], chance: float, begun: Guess | None = None) -> list[Guess]:
        field = model.field(Latent({CODE: code}, model.card.name))
        points, cell = solid_points(field, level_of(model.card.threshold))
        if not len(points):
            return []
        if known is None:
            start = Pose(0.0, elevation, roll, float(np.exp(distance)))
            places = [
                (replace(start, azimuth=azimuth).framing(points, *view.box), share, 0.0)
                for azimuth, share in _peaks(directions)
            ]
        else:
            places = known.places_of(field)
        return [
            Guess(
                code,
                chance * share,
                pose,
                mask_iou(silhouette_mask(pose, points, cell, _SIDE), view.mask),
                begun,
                overlap,
            )
            for pose, share, overlap in places
        ]

    found: list[Guess] = []
    for code, chance in zip(codes, chances, strict=True):
        found += seen(code, float(chance))
    if not found:
        raise ModelError("the model sees no shape in this photo: give one of furniture")
    best = max(found, key=lambda guess: guess.worth)
    if evidence is not None and network.scans is not None:
        expected = expected_of(model, evidence, found)
        surface = expected.surface(best.pose.numbers(), view.mask)
        if surface is not None:
            with torch.inference_mode():
                placed, _ = network.scans(torch.from_numpy(surface)[None].to(model.device))
            code = placed[0].float().cpu().numpy()
            code = (1 - _RECOGNISED) * code + _RECOGNISED * best.code
            found += seen(code.astype(np.float32), float(chances.max()), best)
    return sorted(found, key=lambda guess: -guess.worth)


def expected_of(model: NeuralModel, evidence: PhotoEvidence, found: Sequence[Guess]) -> Expected:
    """Where it is solid, from what the pixels say and the shapes that were recognised."""
    recognised = [guess for guess in found if guess.begun is None]
    kept = distinct(sorted(recognised or found, key=lambda guess: -guess.worth))
    return Expected(model, evidence, [guess.code for guess in kept], shares_of(kept))


def seeing_network(model: NeuralModel) -> ShapeSpace:
    """The network of a model.

    Raises
    ------
    ModelError
        If it sees no photos.
    """
    network = model.network
    if not isinstance(network, ShapeSpace) or not isinstance(network.encoder, PhotoEncoder):
        raise ModelError(f"'{model.card.name}' does not see photos: choose one for photos")
    return network


def read_photo(model: NeuralModel, photo: Image) -> PhotoReading:
    """What a cut-out photo shows; see `PhotoReader`.

    Raises
    ------
    ModelError
        If the model sees no photos.
    EmptyShapeError
        If nothing of the photo is opaque.
    """
    view = framed_for(model, photo)
    return reading_of(model, guesses(model, view), view)


def reading_of(model: NeuralModel, found: list[Guess], view: Framed) -> PhotoReading:
    """Sorted guesses as a reading: each shape once, seen as it fits best."""
    kept = distinct(found)
    chances, first = shares_of(kept), kept[0]
    confidence = _confidence(model, kept)
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


def distinct(found: Sequence[Guess]) -> list[Guess]:
    """Of sorted guesses each shape once, seen as it fits best."""
    best: dict[bytes, Guess] = {}
    for guess in found:
        best.setdefault(guess.code.tobytes(), guess)
    return list(best.values())


def shares_of(kept: Sequence[Guess]) -> Doubles:
    """How likely each of some sorted guesses is, together 1."""
    chances = np.array([np.exp(guess.worth - kept[0].worth) for guess in kept])
    return chances / chances.sum()


def solid_points(field: Field, level: float, cells: int = _CELLS) -> tuple[Points, float]:
    """Middles (n, 3) of the cells of a lattice that are inside, and the size of a cell."""
    low, high = np.array(field.box.lower), np.array(field.box.upper)
    size = float((high - low).max()) / cells
    axes = [a + (np.arange(cells) + 0.5) * size for a in low]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3).astype(np.float32)
    return points[np.asarray(field.rough(points)) > level], size


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """Where the pixels say that it is solid, from each direction that the camera may stand in."""

    points: Points
    places: list[tuple[Pose, float, NDArray[np.float32]]]

    @classmethod
    def of(cls, evidence: PhotoEvidence, side: float) -> _Known:
        rng = np.random.default_rng(0)
        points = rng.uniform(-side / 2, side / 2, (_ASKED, 3)).astype(np.float32)
        places: list[tuple[Pose, float, NDArray[np.float32]]] = []
        for azimuth, share in _peaks(evidence.directions):
            pose = replace(evidence.pose, azimuth=azimuth)
            places.append((pose, share, evidence.chances(pose.numbers(), points)))
        return cls(points, places)

    def places_of(self, field: Field) -> list[tuple[Pose, float, float]]:
        """Cameras, each with its share of the chance and its overlap with a shape."""
        inside = probability(np.asarray(field(self.points)))
        found: list[tuple[Pose, float, float]] = []
        for pose, share, chances in self.places:
            both = (inside * chances).sum()
            found.append((pose, share, float(both / (inside.sum() + chances.sum() - both))))
        return found


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


def _confidence(model: NeuralModel, kept: Sequence[Guess]) -> float:
    """The IoU to be expected, by the card's regression on the signs that there are."""
    weights = [model.card.calibration.get(name, 0.0) for name in CALIBRATION]
    if not any(weights):
        return (kept[0].begun or kept[0]).agreement
    return float(np.clip(signs_of(kept) @ np.array(weights), 0, 1))


CALIBRATION: Final = ("constant", "agreement", "chance", "spread", "evidence", "first")
"""Names in a card's calibration: the weights of the signs by which the IoU is foretold."""


def signs_of(kept: Sequence[Guess]) -> Doubles:
    """The signs, in the order of `CALIBRATION`, by which distinct guesses are judged.

    Most of them are of what was recognised: what was made of it agrees with everything. How well
    the first shape of all agreed with the pixels, before any fit, is the last one.
    """
    recognised = distinct([guess.begun or guess for guess in kept])
    first, far = recognised[0], _spread([guess.code for guess in recognised])
    share = shares_of(recognised)[0]
    return np.array([1.0, first.agreement, share, far, first.evidence, kept[0].evidence])


def _spread(codes: Sequence[NDArray[np.float32]]) -> float:
    """How far the guesses lie apart: the root mean square distance from the first, by number."""
    if len(codes) < 2:
        return 0.0
    return float(np.sqrt(np.mean([np.square(code - codes[0]).mean() for code in codes[1:]])))
