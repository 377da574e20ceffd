"""How far a field is from what was observed, for fields of distances and of occupancies."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

FieldLoss = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(values, low, high), all (..., n) -> loss of each sample: `low` and `high` bound the depth."""


def distance_loss(clamp: float = 0.1, leak: float = 0.1) -> FieldLoss:
    """For networks whose values are depths: DeepSDF's L1 between clamped distances.

    Parameters
    ----------
    clamp : float
        Errors beyond this distance count little, which also bounds the harm of stray points.
    leak : float
        How little. The paper's 0 suits samples all through space; with a scan's alone, a shape
        that starts farther than `clamp` from all of them would never move.
    """

    def loss(values: Tensor, low: Tensor, high: Tensor) -> Tensor:
        depth = values.clamp(-clamp, clamp)
        low, high = low.clamp(-clamp, clamp), high.clamp(-clamp, clamp)
        clamped = functional.relu(low - depth) + functional.relu(depth - high)
        # Beyond the clamp on the side where the bounds say that it should not be.
        wrong = ((values > clamp) & (high < clamp)) | ((values < -clamp) & (low > -clamp))
        return clamped + leak * wrong * (values - depth).abs()

    return loss


def occupancy_loss(level: float = 0.0) -> FieldLoss:
    """For networks whose values are logits: cross entropy, and the level on the surface.

    Parameters
    ----------
    level : float
        The logit of the surface.
    """

    def loss(values: Tensor, low: Tensor, high: Tensor) -> Tensor:
        logits = values - level
        is_inside, is_outside = (low >= 0) & (high > 0), (high <= 0) & (low < 0)
        on_surface = torch.tanh(logits / 2).abs()
        sides = torch.where(is_inside, functional.softplus(-logits), functional.softplus(logits))
        known = torch.where(is_inside | is_outside, sides, on_surface)
        return torch.where((low < 0) & (high > 0), torch.zeros_like(known), known)

    return loss


def part_loss(level: float = 0.0, *, is_distance: bool = False) -> FieldLoss:
    """For shapes of which a part was seen: what pulls also from afar, as codes begin anywhere.

    On the surface the logit is nought; its logarithm neither vanishes far from it, as that of a
    probability, nor lets a few stray points rule.

    Parameters
    ----------
    level : float
        The value of the surface.
    is_distance : bool
        Whether values are distances instead of logits.
    """
    unit = 0.01 if is_distance else 1.0

    def loss(values: Tensor, low: Tensor, high: Tensor) -> Tensor:
        logits = (values - level) / unit
        is_inside, is_outside = (low >= 0) & (high > 0), (high <= 0) & (low < 0)
        wrong = torch.where(is_inside, functional.relu(1 - logits), functional.relu(1 + logits))
        known = torch.log1p(torch.where(is_inside | is_outside, wrong, logits.abs()))
        return torch.where((low < 0) & (high > 0), torch.zeros_like(known), known)

    return loss
