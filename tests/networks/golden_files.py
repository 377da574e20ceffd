"""The golden cases as files: checkpoints in the papers' containers, inputs for the shell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tests.networks.golden_weights import CONV_ONET_CASES, ONET_CASES, golden_arrays, golden_state

CASES = (*CONV_ONET_CASES, *ONET_CASES, "ifnet_shapenet_points", "ifnet_svr", "deepsdf")


def write_checkpoint_file(case: str, folder: Path) -> Path:
    """The checkpoint as the paper's own training code would have written it."""
    state = golden_state(case)
    if case.startswith("ifnet"):
        path = folder / "checkpoint_epoch_7.tar"
        torch.save({"epoch": 7, "model_state_dict": state, "optimizer_state_dict": {}}, path)
        return path
    if case == "deepsdf":
        path = folder / "latest.pth"
        torch.save(
            {"epoch": 7, "model_state_dict": {f"module.{k}": v for k, v in state.items()}}, path
        )
        return path
    path = folder / f"{case}.pt"
    extra = {"optimizer": {}, "epoch_it": 3, "it": 9, "loss_val_best": np.float64(0.1)}
    torch.save({"model": state, **extra}, path)
    return path


def encoder_inputs(case: str) -> NDArray[Any]:
    """What the case's encoder was given (DeepSDF: the latent; the VAE: nothing)."""
    arrays = golden_arrays(case)
    if "image_u8" in arrays:
        return arrays["image_u8"].astype(np.float32) / 255
    if "latent" in arrays:
        return arrays["latent"]
    return arrays["points"] if "points" in arrays else arrays["voxels"]


def query(case: str) -> NDArray[np.float32]:
    """Query points (1, n, 3) in the network's space."""
    arrays = golden_arrays(case)
    return arrays["query_world"] if "query_world" in arrays else arrays["query"]


def logits(case: str) -> NDArray[np.float32]:
    """Golden logits (n,), positive inside."""
    arrays = golden_arrays(case)
    return -arrays["sdf"][0] if "sdf" in arrays else arrays["logits"][0]


def write_config(case: str, folder: Path) -> Path:
    """The hyper-parameters of the case as JSON."""
    from tests.networks.golden_weights import golden_config

    path = folder / "stated.json"
    path.write_text(json.dumps(golden_config(case)))
    return path
