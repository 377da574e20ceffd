"""A network with weights as a `ShapeModel`: numpy in, numpy out, torch in between.

The only place with `inference_mode`. A latent's arrays are the encoder's feature maps; a field
is the decoder bound to one latent, prepared once so that each call costs only its points.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from occstudio.errors import ModelError, OutOfMemoryError
from occstudio.inference.checkpoint import Checkpoint
from occstudio.inference.device import batch_for
from occstudio.inference.thinning import thinned
from occstudio.networks.occupancy_network import (
    BOX,
    OccupancyNetwork,
    PreparedField,
    RoughField,
    SlopedField,
)
from occstudio.shapes.arrays import Points, Values
from occstudio.shapes.field import Box, Field
from occstudio.shapes.latent import Latent
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.shape_model import Observation
from occstudio.shapes.watch import UNWATCHED, Watch


class NeuralModel:
    """A checkpoint on a device, ready to encode and to be asked.

    Parameters
    ----------
    checkpoint : Checkpoint
        Weights and card.
    device : torch.device
        Where to compute.
    """

    def __init__(self, checkpoint: Checkpoint, device: torch.device) -> None:
        network = checkpoint.network()
        if not isinstance(network, OccupancyNetwork):
            raise ModelError(
                f"'{checkpoint.card.name}' is of a family that can't be run: its networks need "
                "encode, decode and prepare"
            )
        network.to(device)
        self._network: OccupancyNetwork = network
        self._device = device
        self._card = checkpoint.card

    @property
    def card(self) -> ModelCard:
        """What to know of the model."""
        return self._card

    @property
    def device(self) -> str:
        """Where it computes."""
        return str(self._device)

    @torch.inference_mode()
    def encode(self, observation: Observation, watch: Watch = UNWATCHED) -> Latent:
        """Feature maps of a point cloud; clouds much larger than in training are thinned.

        Parameters
        ----------
        observation : PointCloud
            In its own frame.
        watch : Watch
            Asked once before the work.
        """
        if self._card.input_kind != "points":
            raise ModelError(
                f"'{self._card.name}' takes {self._card.input_kind}, not a point cloud: "
                "choose a model for points"
            )
        watch.check()
        watch.report("encode", 0.0)
        points = thinned(self._within(observation.model_points), self._card.input_spec.points)
        try:
            features = self._network.encode(torch.from_numpy(points)[None].to(self._device))
        except torch.OutOfMemoryError as error:
            raise _out_of_memory(self._device) from error
        watch.report("encode", 1.0)
        return Latent(
            {name: maps[0].float().cpu().numpy() for name, maps in features.items()},
            self._card.name,
        )

    def _within(self, points: Points) -> Points:
        """Points in the padded cube; strays outside would be pressed onto its faces."""
        inside = (np.abs(points) <= self._card.input_spec.box_side / 2).all(axis=1)
        if not inside.any():
            raise ModelError("no point lies in the model's cube: fit the frame to the points")
        return points if inside.all() else points[inside]

    def field(self, latent: Latent) -> Field:
        """The occupancy field of a latent of this model."""
        if latent.model != self._card.name:
            raise ModelError(
                f"a latent of '{latent.model}' can't be decoded by '{self._card.name}': "
                "encode the input with this model"
            )
        box = Box.cube(self._card.input_spec.box_side)
        return NeuralField(self._network, latent.arrays, box, self._device)


class NeuralField:
    """The decoder of a network bound to one latent.

    Parameters
    ----------
    network : OccupancyNetwork
        In evaluation mode.
    code : mapping of str to array
        Without the batch axis.
    box : Box
        Where the surface is looked for, unless the code says it.
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
        self._code = {
            name: torch.tensor(array, device=device)[None] for name, array in code.items()
        }
        with torch.inference_mode():
            self._prepared = network.prepare(self._code)
        self._box = _stated_box(code[BOX]) if BOX in code else box
        self._batch = batch_for(device)

    @property
    def box(self) -> Box:
        """Where the surface is looked for."""
        return self._box

    @property
    def batch(self) -> int:
        """Points per call; halved when memory runs out."""
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
        given = torch.from_numpy(np.ascontiguousarray(points, np.float32))
        parts = [self._gradient(part.to(self._device)) for part in given.split(self._batch)]
        return np.concatenate(parts) if parts else np.zeros((0, 3), np.float32)

    def _in_batches(self, points: Points, ask: PreparedField) -> Values:
        given = torch.from_numpy(np.ascontiguousarray(points, np.float32))
        parts = [self._logits(part, ask) for part in given.split(self._batch)]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def _logits(self, points: Tensor, ask: PreparedField) -> Values:
        try:
            return ask(points.to(self._device)).float().cpu().numpy()
        except torch.OutOfMemoryError as error:
            if self._batch <= 1024:
                raise _out_of_memory(self._device) from error
            torch.cuda.empty_cache()
            self._batch //= 2
            halves = points.split(self._batch)
            return np.concatenate([self._logits(part, ask) for part in halves])

    def _gradient(self, points: Tensor) -> Points:
        if isinstance(self._prepared, SlopedField):
            return self._prepared.gradient(points).cpu().numpy()
        asked = points.clone().requires_grad_(True)
        logits = self._network.decode(asked[None], self._code)
        (slope,) = torch.autograd.grad(logits.sum(), asked)
        return slope.cpu().numpy()


def _stated_box(corners: np.ndarray) -> Box:  # (2, 3)
    lower, upper = corners.astype(float).tolist()
    return Box((lower[0], lower[1], lower[2]), (upper[0], upper[1], upper[2]))


def _out_of_memory(device: torch.device) -> OutOfMemoryError:
    return OutOfMemoryError(
        f"{device} has too little memory for this model: close other programs or use the cpu"
    )
