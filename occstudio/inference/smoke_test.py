"""A network that was just read is asked once, to see whether it gives numbers at all.

A ball in whatever form the network wants, and eight points along each axis: a checkpoint of another
version of the code, or of a training that diverged, shows here and not in the middle of somebody's
work.
"""

import numpy as np
import torch
from torch import Tensor

from occstudio.errors import ModelError
from occstudio.networks.occupancy_network import TIME, FittedNetwork, OccupancyNetwork
from occstudio.shapes.input_spec import InputSpec

_ACROSS = 8


def check_decodes(network: OccupancyNetwork, spec: InputSpec, name: str) -> None:
    """Raise unless the network encodes a ball and decodes finite logits.

    Raises
    ------
    ModelError
        With what went wrong.
    """
    side = min(spec.box_side, 2.0) / 2
    axis = torch.linspace(-side, side, _ACROSS)
    points = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    try:
        with torch.inference_mode():
            code = _code(network, spec)
            if spec.is_timed:
                code[TIME] = torch.zeros(1)
            logits = network.prepare(code)(points)
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        raise ModelError(
            f"the network of '{name}' can't be run ({error}): its hyper-parameters are not those "
            "that it was trained with; state them with --config or --set"
        ) from error
    if logits.shape != (len(points),) or not bool(torch.isfinite(logits).all()):
        raise ModelError(
            f"the network of '{name}' does not give finite logits: its weights are damaged, or its "
            "hyper-parameters are not those that it was trained with"
        )


def _code(network: OccupancyNetwork, spec: InputSpec) -> dict[str, Tensor]:
    if isinstance(network, FittedNetwork):
        return {"z": torch.zeros(1, network.code_length)}
    if spec.kind == "latent":
        return dict(network.encode(torch.zeros(1, dtype=torch.long)))
    if spec.kind == "image":
        return dict(network.encode(torch.full((1, 3, spec.resolution, spec.resolution), 0.8)))
    if spec.kind == "voxels":
        axis = torch.linspace(-1, 1, spec.resolution)
        squares = axis[:, None, None] ** 2 + axis[:, None] ** 2 + axis**2
        return dict(network.encode((squares < 0.6).float()[None]))
    count = spec.points if spec.is_drawn else min(spec.points, 1000)
    ball = np.random.default_rng(0).normal(size=(count, 3))
    ball *= 0.4 / np.linalg.norm(ball, axis=1, keepdims=True)
    points = torch.from_numpy(ball.astype(np.float32))[None]
    if spec.frames > 1:
        points = points[:, None].repeat(1, spec.frames, 1, 1)
    return dict(network.encode(points))
