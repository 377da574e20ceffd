"""A network that sees a photo and answers with codes of a space of shapes.

The space is there already (`shape_space`): its decoder knows what furniture is. What remains is to
find from a photo the code of what it shows. First the encoder learns codes alone, which costs no
decoding: of its guesses the nearest one to the true code is pulled there, and the chances learn
which one that was. Then a guess goes through the decoder, and the error of its occupancy is
brought down. Where the decoder was told to stay as it is (`requires_grad`), a photo's code is
one of the space's own and can be blended with every other.

A mirrored photo shows the mirrored shape, so every view counts twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from occstudio.datasets.training_samples import LabelledShape, QueryRecipe, draw_queries
from occstudio.networks.photo_encoder import AZIMUTHS, PhotoAnswers
from occstudio.networks.shape_space import CODE, ShapeSpace
from occstudio.training.averaged_run import AveragedRun, Told, warmth
from occstudio.training.photo_augmentation import PhotoAugmentation, augmented


@dataclass(frozen=True, slots=True)
class PhotoRecipe:
    """How a photo encoder is trained.

    Parameters
    ----------
    code_steps, code_batch, code_rate
        Of the first part.
    shape_steps, shape_batch, shape_rate
        Of the second part.
    loose : float
        Weight of the guesses that were not the nearest.
    camera : float
        Weight of what is said of the camera.
    ema : float
        Decay of the moving average, which is what ships.
    query : QueryRecipe
    augmentation : PhotoAugmentation
    save_minutes : float
    seed : int
    """

    code_steps: int = 3000
    code_batch: int = 48
    code_rate: float = 1.5e-3
    shape_steps: int = 1200
    shape_batch: int = 12
    shape_rate: float = 4e-4
    loose: float = 0.05
    camera: float = 0.1
    ema: float = 0.997
    query: QueryRecipe = field(
        default_factory=lambda: QueryRecipe(count=3072, uniform=0.4, spreads=(0.015, 0.03, 0.08))
    )
    augmentation: PhotoAugmentation = field(default_factory=PhotoAugmentation)
    save_minutes: float = 3.0
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class PhotoViews:
    """Views of shapes with known codes.

    Parameters
    ----------
    photos : (V, S, S, 4) uint8
        Colours over white and opacity.
    shape : (V,) int64
        Which shape each one shows.
    chances : (V,) float64
        How often each one is drawn, relative to the others.
    shapes : sequence of LabelledShape
    codes, mirrored : (N, L) float32
        Codes of the shapes, and of their mirror images (x turned round).
    viewpoints : (V, 4) float32
        The cameras' azimuth (0 in front, positive towards +X), elevation, roll (radians), and the
        logarithm of the distance from the middle of the cube.
    kinds : tuple of str
        What each shape is, if that is known.
    """

    photos: NDArray[np.uint8]
    shape: NDArray[np.int64]
    chances: NDArray[np.float64]
    shapes: Sequence[LabelledShape]
    codes: Tensor
    mirrored: Tensor
    viewpoints: NDArray[np.float32]
    kinds: tuple[str, ...] = ()

    def draw(
        self, count: int, rng: np.random.Generator
    ) -> tuple[Tensor, NDArray[np.int64], NDArray[np.bool_]]:
        """Photos (B, 4, S, S), 0..1, which views they are, and which of them were mirrored."""
        cumulative = np.cumsum(self.chances)
        chosen = np.searchsorted(cumulative, rng.random(count) * cumulative[-1])
        flipped = rng.random(count) < 0.5
        pixels = self.photos[chosen]
        pixels = np.where(flipped[:, None, None, None], pixels[:, :, ::-1], pixels)
        photos = torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2).float() / 255
        return photos, chosen, flipped

    def viewpoints_of(
        self, chosen: NDArray[np.int64], flipped: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        """Viewpoints (B, 4) of views, of which some were mirrored."""
        return self.viewpoints[chosen] * np.where(flipped[:, None], _FLIPPED_VIEW, np.float32(1))

    def shape_of(self, view: int, flip: bool) -> LabelledShape:
        """What a view, or its mirror image, shows."""
        shape = self.shapes[int(self.shape[view])]
        return Mirrored(shape) if flip else shape


@dataclass(frozen=True, slots=True, eq=False)
class Mirrored:
    """A shape with left and right exchanged."""

    shape: LabelledShape

    def sample_surface(
        self, n: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Points and normals (n, 3)."""
        points, normals = self.shape.sample_surface(n, rng)
        return points * _FLIP, normals * _FLIP

    def occupancy(self, points: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Whether points (n, 3) are inside."""
        return self.shape.occupancy(np.ascontiguousarray(points * _FLIP))


_FLIP = np.array([-1, 1, 1], np.float32)
_FLIPPED_VIEW = np.array([-1, 1, -1, 1], np.float32)


def train_photo_encoder(
    network: ShapeSpace,
    views: PhotoViews,
    out: Path,
    recipe: PhotoRecipe | None = None,
    *,
    told: Told | None = None,
) -> ShapeSpace:
    """Train the encoder of a space that sees photos; goes on where it was interrupted.

    Parameters
    ----------
    network : ShapeSpace
        With a `PhotoEncoder`, and the generator and decoder of the space; what of it wants
        gradients is changed.
    views : PhotoViews
    out : Path
        Folder of the run, with ``state.pt``.
    recipe : PhotoRecipe, optional
    told : callable, optional
        Given a line now and then.

    Returns
    -------
    ShapeSpace
        With averaged weights, in evaluation mode.
    """
    recipe = recipe or PhotoRecipe()
    training = _PhotoTraining(network, views, out, recipe, told)
    return training.go(recipe.code_steps + recipe.shape_steps)


class _PhotoTraining(AveragedRun["ShapeSpace"]):
    def __init__(
        self,
        network: ShapeSpace,
        views: PhotoViews,
        out: Path,
        recipe: PhotoRecipe,
        told: Told | None,
    ) -> None:
        super().__init__(
            network,
            out / "state.pt",
            seed=recipe.seed,
            ema=recipe.ema,
            save_minutes=recipe.save_minutes,
            told=told,
        )
        self.views, self.recipe = views, recipe
        # Errors in units of what a code's number varies by, all of them together.
        self.unit = views.codes.var(0).mean().item()

    def begins_anew(self) -> bool:
        return self.step == self.recipe.code_steps

    def rate(self) -> float:
        recipe, step = self.recipe, self.step
        if step < recipe.code_steps:
            return recipe.code_rate * warmth(step, recipe.code_steps)
        return recipe.shape_rate * warmth(step - recipe.code_steps, recipe.shape_steps)

    def loss(self, rng: np.random.Generator) -> Tensor:
        is_first = self.step < self.recipe.code_steps
        return self._code_loss(rng) if is_first else self._shape_loss(rng)

    def _code_loss(self, rng: np.random.Generator) -> Tensor:
        photos, chosen, flipped = self._drawn(self.recipe.code_batch, rng)
        answers = self._answers(photos)
        near, _ = self._distance(answers, self._targets(chosen, flipped))
        return near + self.recipe.camera * self._camera_loss(answers, chosen, flipped)

    def _shape_loss(self, rng: np.random.Generator) -> Tensor:
        photos, chosen, flipped = self._drawn(self.recipe.shape_batch, rng)
        answers = self._answers(photos)
        near, best = self._distance(answers, self._targets(chosen, flipped))
        near = near + self.recipe.camera * self._camera_loss(answers, chosen, flipped)
        # Half of the time the guess that would be shown, half of the time the best one.
        shown = answers.chances.argmax(1) if rng.random() < 0.5 else best
        codes = answers.codes.float()[torch.arange(len(chosen)), shown]
        drawn = [
            draw_queries(self.views.shape_of(view, flip), self.recipe.query, rng)
            for view, flip in zip(chosen.tolist(), flipped.tolist(), strict=True)
        ]
        queries, occupancy = (
            torch.from_numpy(np.stack(part)).to(self.device) for part in zip(*drawn, strict=True)
        )
        with torch.autocast(self.device.type, torch.bfloat16):
            logits = self.network.decode(queries, {CODE: codes})
        error = functional.binary_cross_entropy_with_logits(logits.float(), occupancy)
        return error + 0.05 * near

    def _answers(self, photos: Tensor) -> PhotoAnswers:
        with torch.autocast(self.device.type, torch.bfloat16):
            return self.network.answers(photos)

    def _distance(self, answers: PhotoAnswers, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The loss of codes, and which guess was nearest."""
        guesses = answers.codes.float()
        errors = (guesses - targets.unsqueeze(1)).square().mean(2) / self.unit  # (B, K)
        nearest, best = errors.min(1)
        which = functional.cross_entropy(answers.chances.float(), best)
        loss = nearest.mean() + self.recipe.loose * errors.mean() + 0.1 * which
        return loss, best

    def _camera_loss(
        self, answers: PhotoAnswers, chosen: NDArray[np.int64], flipped: NDArray[np.bool_]
    ) -> Tensor:
        seen = self.views.viewpoints_of(chosen, flipped)
        azimuth, pose = seen[:, 0], torch.from_numpy(seen[:, 1:].astype(np.float32))
        which = torch.from_numpy(np.rint(azimuth / (2 * np.pi) * AZIMUTHS).astype(np.int64))
        direction = functional.cross_entropy(
            answers.azimuths.float(), which.to(self.device) % AZIMUTHS, label_smoothing=0.05
        )
        off = functional.smooth_l1_loss(answers.poses.float(), pose.to(self.device), beta=0.2)
        return direction + off

    def _drawn(
        self, count: int, rng: np.random.Generator
    ) -> tuple[Tensor, NDArray[np.int64], NDArray[np.bool_]]:
        """Augmented photos, which views they are, and which of them were mirrored."""
        photos, chosen, flipped = self.views.draw(count, rng)
        photos = augmented(photos, self.recipe.augmentation, rng).to(self.device)
        return photos.to(memory_format=torch.channels_last), chosen, flipped

    def _targets(self, chosen: NDArray[np.int64], flipped: NDArray[np.bool_]) -> Tensor:
        rows = torch.from_numpy(self.views.shape[chosen])
        turned = torch.from_numpy(flipped).unsqueeze(1)
        codes = torch.where(turned, self.views.mirrored[rows], self.views.codes[rows])
        return codes.to(self.device)
