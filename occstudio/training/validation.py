"""Validation while training: IoU on shapes that are never trained on, from fixed scans."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from occstudio.datasets.training_samples import LabelledShape
from occstudio.metrics import iou

THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6)
"""Probabilities at which the IoU is taken; the best one becomes the card's default."""


@dataclass(frozen=True, slots=True, eq=False)
class ValidationSet:
    """Fixed scans (S, N, 3), uniform queries (S, T, 3) and their occupancy (S, T)."""

    scans: Tensor
    queries: Tensor
    occupancy: Tensor

    @classmethod
    def draw(
        cls,
        shapes: Sequence[LabelledShape],
        *,
        points: int = 3000,
        noise: float = 0.005,
        queries: int = 20_000,
        side: float = 1.1,
    ) -> "ValidationSet":
        """One noisy scan and one set of queries for each shape; the same every time."""
        scans, asked, inside = [], [], []
        for index, shape in enumerate(shapes):
            rng = np.random.default_rng([2026, index])
            surface, _ = shape.sample_surface(points, rng)
            scan = surface + rng.normal(0, noise, surface.shape)
            places = rng.uniform(-side / 2, side / 2, (queries, 3)).astype(np.float32)
            occupancy = shape.occupancy(places)
            if not occupancy.any():  # too thin for these queries: no IoU can be taken of it
                continue
            scans.append(scan)
            asked.append(places)
            inside.append(occupancy)
        return cls(
            torch.from_numpy(np.stack(scans).astype(np.float32)),
            torch.from_numpy(np.stack(asked)),
            torch.from_numpy(np.stack(inside)),
        )


@torch.inference_mode()
def validate(module: nn.Module, held_out: ValidationSet) -> tuple[float, float]:
    """Mean IoU at the best threshold, and that threshold.

    Parameters
    ----------
    module : nn.Module
        Takes scans and queries, gives logits (B, T).
    held_out : ValidationSet
        What is asked.
    """
    device = next(module.parameters()).device
    was_training = module.training
    module.eval()
    scores = []
    for scan, queries, truth in zip(
        held_out.scans, held_out.queries, held_out.occupancy, strict=True
    ):
        logits = module(scan[None].to(device), queries[None].to(device))[0].float()
        probability = torch.sigmoid(logits).cpu().numpy()
        scores.append([iou(probability > level, truth.numpy()) for level in THRESHOLDS])
    module.train(was_training)
    means = np.mean(scores, axis=0)
    best = int(means.argmax())
    return float(means[best]), THRESHOLDS[best]
