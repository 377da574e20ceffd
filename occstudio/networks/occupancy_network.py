"""What every family's network can do: encode an observation, decode a field.

A *code* is what an encoder makes: named tensors with a batch axis, be it ``{"c": (B, C)}``,
``{"c": ..., "z": ...}`` or feature maps. Two names in it speak of the field itself:

- `TIME`, (B,) from 0 to 1: networks whose shape moves read it (0 where it is missing); it is put
  into the code by whoever asks for the field at a time.
- `BOX`, (B, 2, 3): the lower and upper corner of where the surface can be, in the network's
  units, for networks that see scenes of any size; others look in the cube that their
  `InputSpec` states.

What an encoder is given is what the papers' encoders are given, batch first: points (B, N, 3) in
the network's units (or a sequence (B, frames, N, 3)), photos (B, 3, H, W) in 0..1, voxels
(B, X, Y, Z) of 0 and 1 indexed x, y, z. An encoder that works on a grid takes points as well, and
finds their cells itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol, runtime_checkable

import torch
from torch import Tensor

TIME: Final = "time"
BOX: Final = "box"

Code = Mapping[str, Tensor]
"""Named tensors, batch first."""

PreparedField = Callable[[Tensor], Tensor]
"""Logits (n,) at points (n, 3), positive inside, without gradients."""


@runtime_checkable
class RoughField(Protocol):
    """A prepared field that is cheaper in low precision."""

    def rough(self, points: Tensor) -> Tensor:
        """Logits (n,) at points (n, 3): only to decide what is far from the surface."""
        ...


@runtime_checkable
class SlopedField(Protocol):
    """A prepared field with a faster gradient than that of `OccupancyNetwork.decode`."""

    def gradient(self, points: Tensor) -> Tensor:
        """Gradient (n, 3) of the logits at points (n, 3)."""
        ...


@runtime_checkable
class TwofoldField(Protocol):
    """A prepared field that gives its logits along with their gradient, in one pass."""

    def sloped(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (n,) and their gradient (n, 3) at points (n, 3)."""
        ...


@runtime_checkable
class OccupancyNetwork(Protocol):
    """A network that a `NeuralModel` can run; an `nn.Module` as well."""

    def encode(self, inputs: Tensor) -> dict[str, Tensor]:
        """The code of a batch of observations, as the module's docstring says.

        Raises
        ------
        ModelError
            If this network has no encoder, or takes another kind of input.
        """
        ...

    def decode(self, points: Tensor, code: Code) -> Tensor:
        """Logits (B, T) at points (B, T, 3) in the network's units, positive inside.

        Differentiable in the points and in the code. Distance families give -sdf, unscaled.
        """
        ...

    def prepare(self, code: Code) -> PreparedField:
        """The field of a code of one shape, as fast as can be; see `field_in_batches`.

        It may be a `RoughField` and a `SlopedField` as well.
        """
        ...


@runtime_checkable
class FittedNetwork(OccupancyNetwork, Protocol):
    """A network whose codes are found by optimisation: its `encode` raises.

    Attributes
    ----------
    code_length : int
        Of the one array ``z`` (B, code_length) of its code.
    gives_distances : bool
        Whether its values are distances from the surface; else they are logits.
    """

    @property
    def code_length(self) -> int: ...
    @property
    def gives_distances(self) -> bool: ...


@runtime_checkable
class ExpandingNetwork(OccupancyNetwork, Protocol):
    """A network that makes maps of a code, which `decode` and `prepare` take in its place."""

    def expand(self, code: Code) -> dict[str, Tensor]:
        """The maps of codes; differentiable in them."""
        ...


@runtime_checkable
class GenerativeNetwork(OccupancyNetwork, Protocol):
    """A network that can have a prior: shapes are drawn from it without an observation."""

    def sample_prior(self, count: int, seed: int, temperature: float = 1.0) -> dict[str, Tensor]:
        """Codes of as many shapes, from the normal prior.

        Parameters
        ----------
        count, seed : int
        temperature : float
            Factor of the standard deviation: towards 0 shapes become more ordinary.

        Raises
        ------
        ModelError
            If this one has no prior, or needs an observation as well.
        """
        ...


@runtime_checkable
class PenalisedNetwork(OccupancyNetwork, Protocol):
    """A network whose training minimises more than the error of its values."""

    def penalty(self) -> Tensor:
        """What is added to the loss of the last forward pass in training mode."""
        ...


def field_in_batches(network: OccupancyNetwork, code: Code, batch: int = 4096) -> PreparedField:
    """A `prepare` for networks without a faster one: `decode` in batches.

    Parameters
    ----------
    code : mapping of str to Tensor
        Of one shape.
    batch : int
        Points at a time on the CPU, so that activations stay in the cache.
    """

    @torch.inference_mode()
    def logits(points: Tensor) -> Tensor:
        if not len(points):
            return points.new_zeros(0)
        parts = points.split(batch if points.device.type == "cpu" else len(points))
        return torch.cat([network.decode(part[None], code)[0] for part in parts])

    return logits
