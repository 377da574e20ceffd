"""The decoder of a network bound to one latent, as a `Field`.

Prepared once, so that each call costs only its points. A network may see the shape larger or
smaller than the model's cube shows it; the field speaks the cube's language, the scale is in the
latent.
"""

import time
from collections.abc import Mapping
from typing import Final

import numpy as np
import torch
from torch import Tensor

from occstudio.errors import OutOfMemoryError
from occstudio.inference.device import batch_for
from occstudio.networks.occupancy_network import (
    BOX,
    OccupancyNetwork,
    PreparedField,
    RoughField,
    SlopedField,
    TwofoldField,
)
from occstudio.shapes.arrays import Points, Values
from occstudio.shapes.field import Box

SCALE: Final = "scale"
"""Name in a latent of the (1,) array that says how many lengths of the network's space one length
of the model's cube is; 1 where it is missing."""

_CALL_S: Final = 0.025
"""Calls that take longer are halved: whoever waits for one between two calls is kept waiting."""

_LEAST_BATCH: Final = 1024


class NeuralField:
    """The decoder of a network bound to one latent.

    Parameters
    ----------
    network : OccupancyNetwork
        In evaluation mode.
    code : mapping of str to array
        Without the batch axis; it may hold `SCALE`.
    box : Box
        Where the surface is looked for in the network's space, unless the code says it.
    device : torch.device
        Where the network is.
    """

    def __init__(
        self,
        network: OccupancyNetwork,
        code: Mapping[str, np.ndarray],
        box: Box,
        device: torch.device,
    ) -> None:
        self._network, self._device = network, device
        self._scale = float(code[SCALE][0]) if SCALE in code else 1.0
        self._code = {
            name: torch.tensor(array, device=device)[None]
            for name, array in code.items()
            if name != SCALE
        }
        with torch.inference_mode():
            self._prepared = network.prepare(self._code)
        self._box = _scaled(_stated_box(code[BOX]) if BOX in code else box, 1 / self._scale)
        self._batch = batch_for(device)
        self._was_slow = False

    @property
    def box(self) -> Box:
        """Where the surface is looked for."""
        return self._box

    @property
    def batch(self) -> int:
        """Points per call; halved when memory runs out, and when two calls running were slow."""
        return self._batch

    @torch.inference_mode()
    def __call__(self, points: Points) -> Values:
        """Logits ``(n,)`` at model points ``(n, 3)``."""
        return self._in_batches(points, self._prepared)

    @torch.inference_mode()
    def rough(self, points: Points) -> Values:
        """The same in low precision, by networks that gain from it."""
        prepared = self._prepared
        return self._in_batches(
            points, prepared.rough if isinstance(prepared, RoughField) else prepared
        )

    def gradient(self, points: Points) -> Points:
        """Gradient of the logit by automatic differentiation, (n, 3)."""
        parts = [self._gradient(part.to(self._device)) for part in self._split(points)]
        return np.concatenate(parts) if parts else np.zeros((0, 3), np.float32)

    def sloped(self, points: Points) -> tuple[Values, Points]:
        """Logits and their gradient, in one pass where the network can."""
        prepared = self._prepared
        if not isinstance(prepared, TwofoldField):
            return self(points), self.gradient(points)
        parts = [prepared.sloped(part.to(self._device)) for part in self._split(points)]
        values = np.concatenate([each.float().cpu().numpy() for each, _ in parts])
        slopes = np.concatenate([each.cpu().numpy() for _, each in parts])
        return values, slopes * np.float32(self._scale)

    def _in_batches(self, points: Points, ask: PreparedField) -> Values:
        parts: list[Values] = []
        for part in self._split(points):
            began = time.perf_counter()
            parts.append(self._logits(part, ask))
            self._learn(len(part), time.perf_counter() - began)
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def _learn(self, count: int, seconds: float) -> None:
        if count < self._batch:
            return
        if seconds > _CALL_S and self._was_slow and self._batch > _LEAST_BATCH:
            self._batch //= 2
            self._was_slow = False
        else:
            self._was_slow = seconds > _CALL_S

    def _split(self, points: Points) -> tuple[Tensor, ...]:
        """The points in the network's space, in batches."""
        given = np.ascontiguousarray(points, np.float32)
        if self._scale != 1:
            given = given * np.float32(self._scale)
        elif not given.flags.writeable:  # torch knows no arrays that may only be read
            given = given.copy()
        return torch.from_numpy(given).split(self._batch)

    def _logits(self, points: Tensor, ask: PreparedField) -> Values:
        try:
            return ask(points.to(self._device)).float().cpu().numpy()
        except torch.OutOfMemoryError as error:
            if self._batch <= _LEAST_BATCH:
                raise out_of_memory(self._device) from error
            torch.cuda.empty_cache()
            self._batch //= 2
            halves = points.split(self._batch)
            return np.concatenate([self._logits(part, ask) for part in halves])

    def _gradient(self, points: Tensor) -> Points:
        if isinstance(self._prepared, SlopedField):
            return self._prepared.gradient(points).cpu().numpy() * np.float32(self._scale)
        asked = points.clone().requires_grad_(True)
        logits = self._network.decode(asked[None], self._code)
        (slope,) = torch.autograd.grad(logits.sum(), asked)
        return slope.cpu().numpy() * np.float32(self._scale)


def _scaled(box: Box, factor: float) -> Box:
    (a, b, c), (d, e, f) = box.lower, box.upper
    return Box((a * factor, b * factor, c * factor), (d * factor, e * factor, f * factor))


def _stated_box(corners: np.ndarray) -> Box:  # (2, 3)
    lower, upper = corners.astype(float).tolist()
    return Box((lower[0], lower[1], lower[2]), (upper[0], upper[1], upper[2]))


def out_of_memory(device: torch.device) -> OutOfMemoryError:
    """The error to raise when torch ran out of memory."""
    return OutOfMemoryError(
        f"{device} has too little memory for this model: close other programs or use the cpu"
    )
