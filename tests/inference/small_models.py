"""Little networks in the papers' containers, quick to write and to run."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from occstudio.networks.families import model_family

CONV: dict[str, Any] = {
    "encoder": "pointnet_local_pool",
    "encoder_kwargs": {
        "hidden_dim": 8,
        "plane_type": ["xz", "xy", "yz"],
        "plane_resolution": 64,
        "unet": True,
        "unet_kwargs": {"depth": 2, "merge_mode": "concat", "start_filts": 8},
    },
    "decoder": "simple_local",
    "decoder_kwargs": {"hidden_size": 8},
    "c_dim": 8,
    "padding": 0.1,
}
DEEP_SDF: dict[str, Any] = {
    "CodeLength": 8,
    "NetworkSpecs": {
        "dims": [16, 16, 16, 16],
        "latent_in": [2],
        "norm_layers": [0, 1, 2, 3],
        "weight_norm": True,
    },
}


def network(family: str, hyperparameters: dict[str, Any], seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return model_family(family).build(hyperparameters).eval()


def paper_file(path: Path, **more: Any) -> Path:
    """A ConvONet checkpoint as the paper's train.py writes it."""
    state = network("conv_onet", CONV).state_dict()
    torch.save({"model": state, "it": 3, "loss_val_best": np.float64(0.5), **more}, path)
    return path


def deep_sdf_folder(folder: Path, codes: int = 3) -> Path:
    """An experiment of DeepSDF's: specs, weights, codes, and the list of its shapes."""
    state = network("deep_sdf", DEEP_SDF).state_dict()
    for name in ("ModelParameters", "LatentCodes"):
        (folder / name).mkdir(parents=True)
    prefixed = {f"module.{key}": value for key, value in state.items()}
    torch.save({"epoch": 9, "model_state_dict": prefixed}, folder / "ModelParameters" / "9.pth")
    torch.save({"epoch": 12, "model_state_dict": prefixed}, folder / "ModelParameters" / "12.pth")
    rows = torch.arange(codes * 8, dtype=torch.float32).reshape(codes, 8) / 100
    torch.save({"epoch": 12, "latent_codes": {"weight": rows}}, folder / "LatentCodes" / "12.pth")
    (folder / "split.json").write_text(
        json.dumps({"ShapeNetV2": {"03001627": [f"chair{n}" for n in range(codes)]}})
    )
    (folder / "specs.json").write_text(json.dumps({**DEEP_SDF, "TrainSplit": "split.json"}))
    return folder
