"""What lies before what in a photo, and whether a shape agrees.

The network tells depths of a photo's parts (`ReliefHead`). Their differences are coarse, but which
of two places is nearer is mostly right where they are told to be well apart: of pairs that are 0.1
apart 90 in 100, on furniture that it never saw. Only that is asked of a shape.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from occstudio.inference.photo_camera import Pose
from occstudio.networks.photo_encoder import PhotoAnswers
from occstudio.shapes.arrays import Points

UNKNOWN_ORDER: Final = 0.5
"""Agreement of a shape where nothing is told."""

_SURELY_APART: Final = 0.1
"""Depths that are told to be farther apart are mostly in the right order."""

_PLAINLY_APART: Final = 0.02
"""Places of a shape that are farther apart are in an order; so far the fit pulls them apart."""

_PAIRS: Final = 2000
_LONGEST: Final = 0.3  # no pair counts for more than one that is so far apart

Relief = NDArray[np.float32]
"""Depths (S, S) over the square that the network sees, from any origin; NaN beside the object."""


def relief_of(answers: PhotoAnswers, inputs: NDArray[np.float32]) -> Relief | None:
    """What a network says of the depths in one photo (4, H, W); None if it never learned that."""
    if answers.relief is None:
        return None
    depths = answers.relief[0].float().cpu().numpy()
    step = inputs.shape[1] // len(depths)
    side = step * len(depths)
    opacity = inputs[3, :side, :side].reshape(len(depths), step, -1, step).mean(axis=(1, 3))
    return np.where(opacity > 0.5, depths, np.float32(np.nan))


def order_agreement(pose: Pose, points: Points, relief: Relief) -> float:
    """Share of the order in a relief that solid cells (n, 3), by their middles, agree with, 0 to 1.

    Pairs of places count by how far they are told to be apart; half of one that the cells put in
    no order.
    """
    side = len(relief)
    depth = pose.depths(points)
    columns, rows = np.floor(pose.seen(points) * side).astype(np.int64).T
    inside = (rows >= 0) & (rows < side) & (columns >= 0) & (columns < side)
    nearest = np.full(relief.shape, np.inf)
    np.minimum.at(nearest, (rows[inside], columns[inside]), depth[inside])
    both = np.flatnonzero(np.isfinite(nearest) & np.isfinite(relief))
    if len(both) < 2:
        return UNKNOWN_ORDER
    first, second = np.random.default_rng(0).choice(both, (2, _PAIRS))
    told = relief.reshape(-1)[second] - relief.reshape(-1)[first]
    apart = nearest.reshape(-1)[second] - nearest.reshape(-1)[first]
    weight = np.where(np.abs(told) > _SURELY_APART, np.minimum(np.abs(told), _LONGEST), 0)
    if not weight.any():
        return UNKNOWN_ORDER
    right = np.sign(told) * np.sign(apart) * (np.abs(apart) > _PLAINLY_APART / 2)
    return float((1 + (weight * right).sum() / weight.sum()) / 2)


def order_loss(told: Relief, seen: Tensor, pairs: int, rng: np.random.Generator) -> Tensor:
    """How far places of a shape are from the order that a photo has them in; differentiable.

    Parameters
    ----------
    told : (n,)
        Depths at places of the photo.
    seen : (n,)
        Of the shape there.
    pairs : int
        That are compared; those that are told to be near to each other are left out.
    rng : numpy.random.Generator
        Draws them.
    """
    if len(told) < 2:
        return seen.new_zeros(())
    first, second = rng.integers(len(told), size=(2, pairs))
    apart = told[second] - told[first]
    is_sure = np.abs(apart) > _SURELY_APART
    if not is_sure.any():
        return seen.new_zeros(())
    sign = torch.from_numpy(np.sign(apart[is_sure])).float().to(seen.device)
    ahead = sign * (seen[second[is_sure]] - seen[first[is_sure]])
    return functional.relu(1 - ahead / _PLAINLY_APART).mean()
