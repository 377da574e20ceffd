"""The camera and the shape changed until silhouette and depth order agree with the cut-out photo.

Rays through the photo meet the shape, or they don't: the greatest logit along a ray should say so
where the cut-out says it. That is differentiable in the code and in the camera (as in the
silhouette terms of Niemeyer et al. 2020 and of Yariv et al. 2020, without their surfaces). The
camera of each promising guess is fitted first, while its shape stays; then both, with the code
held near to where it began: a silhouette says nothing about what it does not show.

What a silhouette leaves open, the network may know: which part of the photo lies before which other
one. Where it is sure of that, the shape should have the two in this order (as Chen et al. 2016 rank
the depths of pairs); see `photo_order`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from occstudio.errors import ModelError
from occstudio.inference.photo_camera import (
    Pose,
    mask_iou,
    ray_points,
    seen_depths,
    silhouette_logits,
    silhouette_mask,
)
from occstudio.inference.photo_order import order_loss, relief_of
from occstudio.inference.photo_reader import (
    Framed,
    Guess,
    framed,
    guesses,
    reading_of,
    solid_points,
)
from occstudio.inference.predictor import NeuralModel
from occstudio.networks.low_precision import low_precision_pays
from occstudio.networks.shape_space import CODE, ShapeSpace
from occstudio.shapes.field import level_of
from occstudio.shapes.image import Image
from occstudio.shapes.latent import Latent
from occstudio.shapes.photo_reading import PhotoReading, Reported
from occstudio.shapes.watch import UNWATCHED, Watch

_TRIED_WIDTH = 128  # as `ShapeSpace.prepare`
_MET = 0.3  # chance of a ray to meet the shape, from which on its depth means something


@dataclass(frozen=True, slots=True)
class PhotoFitSettings:
    """How a photo is fitted.

    Parameters
    ----------
    starts : int
        Guesses whose camera is fitted.
    camera_steps, steps : int
        Of the camera alone, and of camera and code.
    rays, samples : int
        Asked in a step, and points on each.
    camera_rate, code_rate : float
        Of Adam; the code's in units of its own deviation.
    hold : float
        Weight of the code's mean square way from where it began, in these units.
    order : float
        Weight of the order in depth, where the model tells depths.
    pairs : int
        Of places whose order is compared in a step.
    shown_every : int
        Steps between two reports.
    seed : int
    """

    starts: int = 2
    camera_steps: int = 16
    steps: int = 60
    rays: int = 480
    samples: int = 20
    camera_rate: float = 0.02
    code_rate: float = 0.1
    hold: float = 0.1
    order: float = 0.12
    pairs: int = 400
    shown_every: int = 5
    seed: int = 0


def fit_photo(
    model: NeuralModel,
    photo: Image,
    reading: PhotoReading | None = None,
    settings: PhotoFitSettings | None = None,
    *,
    watch: Watch = UNWATCHED,
    told: Reported | None = None,
) -> PhotoReading:
    """A reading whose silhouette agrees better with the cut-out; see `PhotoReader`.

    Parameters
    ----------
    model : NeuralModel
        That sees photos.
    photo : Image
        With opacity.
    reading : PhotoReading, optional
        To begin with, if its first shape is to be kept; else all that the model guesses is tried.
    settings : PhotoFitSettings, optional
    watch : Watch
        Asked at each step.
    told : callable, optional
        Given the reading so far.

    Raises
    ------
    ModelError
        If the model sees no photos.
    Cancelled
        If the watch says so.
    """
    if not isinstance(model.network, ShapeSpace):
        raise ModelError(f"'{model.card.name}' does not see photos: choose one for photos")
    settings = settings or PhotoFitSettings()
    view = framed(photo, model.card.input_spec.resolution or 128)
    every = found = guesses(model, view)
    if reading is not None:
        chosen = reading.latent.arrays[CODE]
        found = [guess for guess in every if np.array_equal(guess.code, chosen)] or [
            replace(every[0], code=chosen, begun=every[0])
        ]
    fit = _Fit(model, model.network, view, settings, watch)
    with torch.enable_grad():
        placed = [fit.placed(guess) for guess in found[: settings.starts]]
        best = max(placed, key=lambda guess: guess.worth)
        others = [guess for guess in every if guess.code is not (best.begun or best).code]

        def report(guess: Guess) -> None:
            if told is not None:
                told(reading_of(model, [guess, *others], view))

        best = fit.shaped(best, report)
    if reading is not None and best.agreement < reading.agreement:
        return reading
    return reading_of(model, [best, *others], view)


class _Fit:
    def __init__(
        self,
        model: NeuralModel,
        network: ShapeSpace,
        view: Framed,
        settings: PhotoFitSettings,
        watch: Watch,
    ) -> None:
        self.model, self.network, self.view = model, network, view
        # Only code and camera are sought: gradients of weights would be half of the work.
        network.requires_grad_(False)
        self.settings, self.watch = settings, watch
        self.level = level_of(model.card.threshold)
        self.device = torch.device(model.device)
        self.is_low_enough = low_precision_pays(self.device, _TRIED_WIDTH)
        self.half = model.card.input_spec.box_side / 2
        self.rng = np.random.default_rng(settings.seed)
        self.wanted = view.inputs[3]
        # Half of the rays where it matters, at the outline; the others anywhere.
        near = _near_outline(self.wanted > 0.5)
        self.edge, self.anywhere = np.argwhere(near), np.argwhere(np.ones_like(near))
        with torch.no_grad():
            answers = network.answers(torch.from_numpy(view.inputs)[None].to(self.device))
        self.relief = relief_of(answers, view.inputs)

    def placed(self, guess: Guess) -> Guess:
        """The guess with a better camera."""
        settings = self.settings
        numbers = guess.pose.numbers().to(self.device).requires_grad_(True)
        with torch.no_grad():
            maps = self._maps(torch.tensor(guess.code)[None].to(self.device))
        optimizer = torch.optim.Adam([numbers], settings.camera_rate)
        for step in range(settings.camera_steps):
            self.watch.check()
            self.watch.report("camera", step / settings.camera_steps)
            optimizer.zero_grad()
            self._loss(numbers, maps).backward()  # pyright: ignore[reportUnknownMemberType]
            optimizer.step()
        return self._better(guess, guess.code, Pose.of(numbers.detach().cpu()))

    def shaped(self, guess: Guess, report: Callable[[Guess], None]) -> Guess:
        """The guess with a better shape and camera."""
        settings = self.settings
        numbers = guess.pose.numbers().to(self.device).requires_grad_(True)
        start = torch.tensor(guess.code)[None].to(self.device)
        unit = start.std()
        way = torch.zeros_like(start).requires_grad_(True)
        optimizer = torch.optim.Adam(
            [
                {"params": [numbers], "lr": settings.camera_rate / 2},
                {"params": [way], "lr": settings.code_rate},
            ]
        )
        best = guess
        for step in range(settings.steps):
            self.watch.check()
            self.watch.report("fit", step / settings.steps)
            optimizer.zero_grad()
            loss = self._loss(numbers, self._maps(start + unit * way))
            loss = loss + settings.hold * way.square().mean()
            loss.backward()  # pyright: ignore[reportUnknownMemberType]
            optimizer.step()
            if (step + 1) % settings.shown_every == 0 or step + 1 == settings.steps:
                code = (start + unit * way).detach()[0].cpu().numpy()
                best = self._better(best, code, Pose.of(numbers.detach().cpu()))
                report(best)
        return best

    def _maps(self, code: Tensor) -> dict[str, Tensor]:
        """The feature maps of a code (1, L); in bfloat16 where that is faster, as in training."""
        kind = self.device.type
        with torch.autocast(kind, torch.bfloat16, enabled=self.is_low_enough):
            maps = self.network.expand({CODE: code})
        return {name: part.float() for name, part in maps.items()}

    def _loss(self, numbers: Tensor, maps: dict[str, Tensor]) -> Tensor:
        settings, side = self.settings, self.wanted.shape[0]
        half = settings.rays // 2
        places = np.concatenate(
            [
                self.edge[self.rng.integers(len(self.edge), size=half)],
                self.anywhere[self.rng.integers(len(self.anywhere), size=settings.rays - half)],
            ]
        )
        where = torch.from_numpy((places[:, ::-1] + 0.5) / side).float().to(self.device)
        wanted = torch.from_numpy(self.wanted[places[:, 0], places[:, 1]]).to(self.device)
        points, depths, hits = ray_points(numbers, where, settings.samples, self.half)
        answers = self.network.decode(points.reshape(1, -1, 3), maps).float() - self.level
        logits = answers.view(len(where), -1)
        seen = silhouette_logits(logits, hits)
        loss = functional.binary_cross_entropy_with_logits(seen, wanted)
        if self.relief is None or not settings.order:
            return loss
        rows, columns = (places * len(self.relief) // side).T
        told = self.relief[rows, columns]
        depth, chance = seen_depths(logits, depths)
        is_met = (hits & (chance > _MET)).cpu().numpy()
        usable = np.flatnonzero(np.isfinite(told) & is_met)
        return loss + settings.order * order_loss(
            told[usable], depth[torch.from_numpy(usable)], settings.pairs, self.rng
        )

    def _better(self, before: Guess, code: NDArray[np.float32], pose: Pose) -> Guess:
        """The changed guess, if its silhouette is no worse."""
        field = self.model.field(Latent({CODE: code}, self.model.card.name))
        points, cell = solid_points(field, self.level)
        agreement = mask_iou(
            silhouette_mask(pose, points, cell, self.view.mask.shape[0]), self.view.mask
        )
        if agreement < before.agreement:
            return before
        return replace(
            before, code=code, pose=pose, agreement=agreement, begun=before.begun or before
        )


def _near_outline(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    from scipy import ndimage

    wide = np.asarray(ndimage.binary_dilation(mask, iterations=5), np.bool_)
    narrow = np.asarray(ndimage.binary_erosion(mask, iterations=5), np.bool_)
    return wide & ~narrow
