"""Pixel-aligned occupancy, learned from rendered views: what is behind each pixel, and the camera.

When a photo is read its camera is guessed, and pixels lie a little beside the points that they
show. So the network never gets a camera as it was in training, but one that is some degrees off,
with the lens that puts the shape into the cut-out's box all the same; and it learns, from the same
features, what the camera truly was.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from occstudio.datasets.training_samples import LabelledShape, QueryRecipe, draw_queries
from occstudio.errors import ModelError
from occstudio.inference.photo_camera import Pose, mask_box
from occstudio.networks.photo_encoder import AZIMUTHS
from occstudio.networks.photo_projection import NEAREST, distances
from occstudio.networks.photo_trunk import PhotoTrunk
from occstudio.networks.pixel_aligned import PixelAlignedOccupancy, PixelFeatures
from occstudio.networks.shape_space import ShapeSpace
from occstudio.training.averaged_run import AveragedRun, Told, warmth
from occstudio.training.photo_augmentation import Moves, PhotoAugmentation, augmented
from occstudio.training.photo_training import PhotoViews

_OFF: Final = np.array([np.radians(5.0), np.radians(5.5), np.radians(2.5), 0.22])
"""Standard deviations of a guessed camera's azimuth, elevation, roll and logarithmic distance."""

_MISFRAMED: Final = np.array([0.035, 0.012, 0.012])
"""The same of the logarithm of its focal length, and of where it sees the cube's middle."""

_OUTLINE_POINTS: Final = 600  # of a surface, for the box that it fills in a photo
_SHARP = (0.03, 0.03, 0.1, 0.02, 0.01, 0.01)  # errors up to which the loss is quadratic
_WEIGHTS = (0.5, 0.5, 0.3, 1.0, 1.5, 1.5)  # how far away something is a photo hardly tells
_FAR_OFF = 1.2  # the farthest that cameras are off, in deviations


@dataclass(frozen=True, slots=True)
class PixelRecipe:
    """How pixel-aligned occupancy is trained.

    Parameters
    ----------
    steps, batch, rate
    points : int
        Queries of each view in a step.
    pool : int
        Queries that are drawn of a shape once, and taken from ever after.
    azimuth, pose : float
        Weights of what is said of the camera.
    ema : float
        Decay of the moving average, which is what ships.
    query : QueryRecipe
        Its count does not matter.
    augmentation : PhotoAugmentation
    save_minutes : float
    seed : int
    """

    steps: int = 6000
    batch: int = 32
    rate: float = 1.2e-3
    points: int = 640
    pool: int = 4000
    azimuth: float = 0.03
    pose: float = 0.7
    ema: float = 0.998
    query: QueryRecipe = field(
        default_factory=lambda: QueryRecipe(uniform=0.4, spreads=(0.015, 0.03, 0.08))
    )
    augmentation: PhotoAugmentation = field(default_factory=PhotoAugmentation)
    save_minutes: float = 3.0
    seed: int = 0


def train_pixels(
    network: ShapeSpace,
    views: PhotoViews,
    out: Path,
    recipe: PixelRecipe | None = None,
    *,
    told: Told | None = None,
) -> ShapeSpace:
    """Train the pixel-aligned part of a network that sees photos; goes on where it stopped.

    It begins with what the encoder of codes has learned to see, where the two are made alike.

    Parameters
    ----------
    network : ShapeSpace
        That was built with one; nothing else of it is changed.
    views : PhotoViews
    out : Path
        Folder of the run, with ``pixels.pt``.
    recipe : PixelRecipe, optional
    told : callable, optional
        Given a line now and then.

    Raises
    ------
    ModelError
        If the network has no such part.
    """
    recipe = recipe or PixelRecipe()
    if network.pixels is None:
        raise ModelError("this network answers with codes alone: build it with pixel_kwargs")
    _begin_as(network.pixels.trunk, network.encoder)
    network.pixels = _PixelTraining(network.pixels, views, out, recipe, told).go(recipe.steps)
    return network


def _begin_as(trunk: PhotoTrunk, encoder: nn.Module) -> None:
    """Take over what the encoder of codes has learned to see, if it is made alike."""
    theirs, mine = encoder.state_dict(), trunk.state_dict()
    if all(name in theirs and theirs[name].shape == held.shape for name, held in mine.items()):
        trunk.load_state_dict({name: theirs[name] for name in mine})


class _PixelTraining(AveragedRun[PixelAlignedOccupancy]):
    def __init__(
        self,
        network: PixelAlignedOccupancy,
        views: PhotoViews,
        out: Path,
        recipe: PixelRecipe,
        told: Told | None,
    ) -> None:
        super().__init__(
            network,
            out / "pixels.pt",
            seed=recipe.seed,
            ema=recipe.ema,
            save_minutes=recipe.save_minutes,
            told=told,
        )
        self.views, self.recipe = views, recipe
        self.pools: dict[int, _Pool] = {}

    def rate(self) -> float:
        return self.recipe.rate * warmth(self.step, self.recipe.steps)

    def loss(self, rng: np.random.Generator) -> Tensor:
        recipe = self.recipe
        photos, chosen, flipped = self.views.draw(recipe.batch, rng)
        viewpoints = self.views.viewpoints_of(chosen, flipped).astype(np.float64)
        off, true, queries, occupancy = self._asked(photos, chosen, flipped, viewpoints, rng)
        moves = Moves.drawn(recipe.batch, recipe.augmentation, rng)
        photos = augmented(photos, recipe.augmentation, rng, moves)
        photos = photos.to(self.device, memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16):
            seen = self.network.look(photos)
            logits = self.network.occupancy(
                seen, moves.of_cameras(off).to(self.device), queries.to(self.device)
            )
        error = functional.binary_cross_entropy_with_logits(logits, occupancy.to(self.device))
        camera = _camera_loss(seen, moves.of_cameras(true).to(self.device), recipe)
        return error + camera

    def _asked(
        self,
        photos: Tensor,
        chosen: NDArray[np.int64],
        flipped: NDArray[np.bool_],
        viewpoints: NDArray[np.float64],
        rng: np.random.Generator,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Cameras (B, 7), a little off and true; queries (B, T, 3) and their occupancy (B, T)."""
        cameras: list[Tensor] = []
        true: list[Tensor] = []
        queries: list[NDArray[np.float32]] = []
        occupancy: list[NDArray[np.float32]] = []
        opacity = photos[:, 3].numpy() >= 0.5
        for number, view in enumerate(chosen.tolist()):
            pool = self._pool(int(self.views.shape[view]))
            flip = np.array([-1, 1, 1] if flipped[number] else [1, 1, 1], np.float32)
            where = rng.integers(len(pool.queries), size=self.recipe.points)
            queries.append(pool.queries[where].astype(np.float32) * flip)
            occupancy.append(pool.occupancy[where].astype(np.float32))
            outline, box = pool.surface.astype(np.float32) * flip, mask_box(opacity[number])
            true.append(_framing(viewpoints[number], outline, box))
            far = rng.uniform(0, _FAR_OFF)
            seen = _framing(viewpoints[number] + far * _OFF * rng.normal(size=4), outline, box)
            seen[4:] += torch.from_numpy(far * _MISFRAMED * rng.normal(size=3)).float()
            cameras.append(seen)
        return (
            torch.stack(cameras),
            torch.stack(true),
            torch.from_numpy(np.stack(queries)),
            torch.from_numpy(np.stack(occupancy)),
        )

    def _pool(self, shape: int) -> _Pool:
        known = self.pools.get(shape)
        if known is None:
            rng = np.random.default_rng([self.seed, 11, shape])
            known = self.pools[shape] = _Pool.of(self.views.shapes[shape], self.recipe, rng)
        return known


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """What is asked of one shape: labels are dear to ask of a surface anew in each step."""

    surface: NDArray[np.float16]
    queries: NDArray[np.float16]
    occupancy: NDArray[np.bool_]

    @classmethod
    def of(cls, shape: LabelledShape, recipe: PixelRecipe, rng: np.random.Generator) -> _Pool:
        surface, _ = shape.sample_surface(_OUTLINE_POINTS, rng)
        queries, occupancy = draw_queries(shape, replace(recipe.query, count=recipe.pool), rng)
        return cls(surface.astype(np.float16), queries.astype(np.float16), occupancy > 0.5)


def _framing(
    viewpoint: NDArray[np.float64],
    outline: NDArray[np.float32],
    box: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Tensor:
    """The camera (7,) at a viewpoint (4,) that shows points (n, 3) in a box of the photo."""
    azimuth, elevation, roll, distance = viewpoint.tolist()
    pose = Pose(azimuth, elevation, roll, max(float(np.exp(distance)), NEAREST))
    return pose.framing(outline, *box).numbers()


def _camera_loss(seen: PixelFeatures, true: Tensor, recipe: PixelRecipe) -> Tensor:
    """Of what is said of the camera, from what it was (B, 7)."""
    which = (true[:, 0] / (2 * torch.pi) * AZIMUTHS).round().long() % AZIMUTHS
    direction = functional.cross_entropy(seen.azimuths.float(), which, label_smoothing=0.05)
    scale = true[:, 4:5] - distances(true).log().unsqueeze(1)
    frames = torch.cat((scale, true[:, 5:7] - 0.5), 1)
    off = torch.cat((seen.poses.float() - true[:, 1:4], seen.frames.float() - frames), 1)
    sharp, weights = off.new_tensor(_SHARP), off.new_tensor(_WEIGHTS)
    size = off.abs()
    # Quadratic up to what is sharp, linear from there on.
    each = torch.where(size < sharp, size.square() / (2 * sharp), size - sharp / 2)
    return recipe.azimuth * direction + recipe.pose * (each * weights).sum(1).mean()
