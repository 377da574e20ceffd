"""Weights of the golden cases, made from the names of their keys.

The golden vectors came from the papers' own code with weights drawn by this rule, so that the
weights need not be stored: every array is drawn from a generator that is seeded by its key.
"""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
CONV_ONET_CASES = (
    "convonet_3plane",
    "convonet_grid32",
    "convonet_room_grid64",
    "convonet_voxel_3plane",
)
ONET_CASES = ("onet_img", "onet_img_legacy", "onet_pointcloud", "onet_voxels", "onet_uncond_vae")


def golden_config(case: str) -> dict[str, Any]:
    """Hyper-parameters of a case."""
    return json.loads((GOLDEN / case / "config.json").read_text())


def golden_keys(case: str) -> dict[str, tuple[int, ...]]:
    """Keys and shapes of the papers' state dict, in its order."""
    entries = json.loads((GOLDEN / case / "keys.json").read_text())
    return {key: tuple(shape) for key, shape, _ in entries}


def golden_arrays(case: str) -> dict[str, NDArray[Any]]:
    """Inputs and outputs of the papers' code."""
    with np.load(GOLDEN / case / "io.npz") as file:
        return dict(file)


def golden_state(case: str) -> dict[str, Tensor]:
    """The state dict that the papers' code had when it made the golden arrays."""
    return {
        key: torch.from_numpy(fill_array(key, shape)) for key, shape in golden_keys(case).items()
    }


def fill_network(network: nn.Module) -> nn.Module:
    """Give a network the weights that the rule draws for its keys, and evaluation mode."""
    state = network.state_dict()
    network.load_state_dict(
        {key: torch.from_numpy(fill_array(key, tuple(value.shape))) for key, value in state.items()}
    )
    return network.eval()


def fill_array(key: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Draw one array of a state dict from its key."""
    rng = np.random.RandomState(zlib.crc32(key.encode()) & 0xFFFFFFFF)
    if key.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    if key.endswith("running_var"):
        values = 0.5 + rng.rand(*shape)
    elif key.endswith("running_mean"):
        values = 0.1 * rng.randn(*shape)
    elif key.endswith("gamma.bias"):
        values = 1 + 0.1 * rng.randn(*shape)
    elif len(shape) >= 2:
        values = rng.randn(*shape) * np.sqrt(_gain(key) / np.prod(shape[1:]))
    elif key.endswith(".weight") and key.startswith("encoder.features."):
        values = 0.5 + 0.1 * rng.randn(*shape)
    elif key.endswith(".weight"):
        values = 1 + 0.1 * rng.randn(*shape)
    else:
        values = 0.1 * rng.randn(*shape)
    return np.asarray(values, np.float32).reshape(shape)


def _gain(key: str) -> float:
    if key.endswith(("gamma.weight", "beta.weight")):
        return 0.1
    if re.search(r"(^|\.)blocks?[._]?\d", key):
        if key.endswith("fc_1.weight"):
            return 0.2
        if key.endswith("shortcut.weight"):
            return 1.0
    return 2.0
