"""The camera and the shape changed until they agree with the cut-out photo.

Rays through the photo meet the shape, or they don't: the greatest logit along a ray should say so
where the cut-out says it. That is differentiable in the code and in the camera (as in the
silhouette terms of Niemeyer et al. 2020 and of Yariv et al. 2020, without their surfaces). The
camera of each promising guess is fitted first, while its shape stays; then both, with the code
held near to where it began: a silhouette says nothing about what it does not show.

What it leaves open the pixels may know (`photo_evidence`): how deep a seat is, where legs stand. A
model that looks at them knows the camera too well to let any guess move it before the shape does;
where they and the guesses together say that it is solid, the shape shall be solid; and what it
begins with follows them already (`photo_reader`), so that it is held much nearer to that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from occstudio.inference.photo_camera import (
    Pose,
    mask_iou,
    ray_points,
    silhouette_logits,
    silhouette_mask,
)
from occstudio.inference.photo_evidence import PhotoEvidence
from occstudio.inference.photo_reader import (
    Framed,
    Guess,
    expected_of,
    framed_for,
    guesses,
    reading_of,
    seeing_network,
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
_ASKED_EVERY = 30  # steps; the camera moves meanwhile
_SLACK = 0.05  # of the silhouettes' agreement, which is not all that counts then
_USUAL_ERRORS = (0.09, 0.1, 0.045, 0.22, 0.035, 0.012, 0.012)
"""Of the numbers of a camera, as the pixels tell them."""


@dataclass(frozen=True, slots=True)
class PhotoFitSettings:
    """How a photo is fitted.

    Parameters
    ----------
    starts : int
        Guesses whose camera is fitted.
    camera_steps, steps : int
        Of the camera alone, where the pixels do not tell it, and of camera and code.
    rays, samples : int
        Asked in a step, and points on each.
    camera_rate : float
        Of Adam.
    code_rate, hold : float
        Of Adam, in units of the code's own deviation, and weight of its mean square way from where
        it began, in these units, where the silhouette is all there is.
    pixel_rate, pixel_hold : float
        The same where the model looks at pixels.
    steady : float
        Weight of the camera's mean square way from what the pixels tell, in its usual errors.
    evidence : float
        Weight of what the pixels say, where the model looks at them.
    points : int
        Asked of that in a step.
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
    pixel_rate: float = 0.3
    pixel_hold: float = 1.0
    steady: float = 0.02
    evidence: float = 8.0
    points: int = 1500
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
    network = seeing_network(model)
    settings = settings or PhotoFitSettings()
    view = framed_for(model, photo)
    evidence = PhotoEvidence.of(network, view.inputs)
    every = found = among = guesses(model, view, evidence)
    if reading is not None:
        chosen = reading.latent.arrays[CODE]
        found = [guess for guess in every if np.array_equal(guess.code, chosen)] or [
            replace(every[0], code=chosen, begun=every[0].begun or every[0])
        ]
        # Who prefers another shape wants nothing of the likeliest one in it.
        among = every if found[0] is every[0] else found
    fit = _Fit(model, network, view, evidence, among, settings, watch)
    with torch.enable_grad():
        best = max(map(fit.placed, found[: settings.starts]), key=lambda guess: guess.worth)
        others = [guess for guess in every if guess.code is not best.code]

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
        evidence: PhotoEvidence | None,
        among: list[Guess],
        settings: PhotoFitSettings,
        watch: Watch,
    ) -> None:
        self.model, self.network, self.view = model, network, view
        self.evidence = None
        if evidence is not None and settings.evidence:
            self.evidence = expected_of(model, evidence, among)
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

    def placed(self, guess: Guess) -> Guess:
        """The guess with a better camera."""
        if self.evidence is not None:
            return guess
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
        rate, hold = settings.code_rate, settings.hold
        if self.evidence is not None:
            rate, hold = settings.pixel_rate, settings.pixel_hold
        rates = (settings.camera_rate / 2, rate)
        optimizer = torch.optim.Adam([{"params": [numbers]}, {"params": [way]}])
        best, told, wanted = guess, numbers.detach().clone(), None
        for step in range(settings.steps):
            self.watch.check()
            self.watch.report("fit", step / settings.steps)
            if self.evidence is not None and step % _ASKED_EVERY == 0:
                wanted = self.evidence.asked(numbers.detach(), self.rng)
            optimizer.zero_grad()
            maps = self._maps(start + unit * way)
            loss = self._loss(numbers, maps) + hold * way.square().mean()
            if wanted is not None:
                off = (numbers - told) / numbers.new_tensor(_USUAL_ERRORS)
                loss = loss + settings.steady * off.square().mean()
                loss = loss + settings.evidence * self._disagreement(maps, *wanted)
            loss.backward()  # pyright: ignore[reportUnknownMemberType]
            for group, full in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = full * min(1.0, 2 * (1 - step / settings.steps))
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
        points, hits = ray_points(numbers, where, settings.samples, self.half)
        answers = self.network.decode(points.reshape(1, -1, 3), maps).float() - self.level
        seen = silhouette_logits(answers.view(len(where), -1), hits)
        return functional.binary_cross_entropy_with_logits(seen, wanted)

    def _disagreement(self, maps: dict[str, Tensor], points: Tensor, chances: Tensor) -> Tensor:
        """Cross-entropy of the shape with where it is expected to be solid."""
        some = torch.from_numpy(self.rng.integers(len(points), size=self.settings.points))
        logits = self.network.decode(points[some][None], maps).float()[0]
        return functional.binary_cross_entropy_with_logits(logits, chances[some])

    def _better(self, before: Guess, code: NDArray[np.float32], pose: Pose) -> Guess:
        """The changed guess, unless its silhouette is worse."""
        field = self.model.field(Latent({CODE: code}, self.model.card.name))
        points, cell = solid_points(field, self.level)
        agreement = mask_iou(
            silhouette_mask(pose, points, cell, self.view.mask.shape[0]), self.view.mask
        )
        if agreement < before.agreement - (0 if self.evidence is None else _SLACK):
            return before
        return replace(
            before, code=code, pose=pose, agreement=agreement, begun=before.begun or before
        )


def _near_outline(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    from scipy import ndimage

    wide = np.asarray(ndimage.binary_dilation(mask, iterations=5), np.bool_)
    narrow = np.asarray(ndimage.binary_erosion(mask, iterations=5), np.bool_)
    return wide & ~narrow
