"""Hyper-parameters of an occupancy network from its state dict alone.

Kinds of layers, widths and depths show in keys and shapes. Whether activations are leaky and
whether photos are normalised does not: those get the papers' defaults, and are listed as assumed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from occstudio.networks.families import Inference

State = Mapping[str, Tensor]


def infer(state_dict: State) -> Inference:
    """Read what keys and shapes tell, assume the papers' values for the rest.

    Parameters
    ----------
    state_dict : mapping of str to Tensor
        Of a `GlobalOccupancyNetwork`; the order of the keys does not matter.
    """
    assumed = ["padding"]
    decoder = infer_decoder(state_dict)
    encoder, encoder_kwargs = infer_encoder(state_dict)
    if "leaky" in decoder["decoder_kwargs"]:
        assumed.append("decoder_kwargs.leaky")
    if "normalize" in encoder_kwargs:
        assumed.append("encoder_kwargs.normalize")
    latent, latent_kwargs = None, dict[str, Any]()
    if "encoder_latent.fc_mean.weight" in state_dict:
        latent, latent_kwargs = "simple", {"leaky": False}
        assumed.append("encoder_latent_kwargs.leaky")
    hyperparameters = {
        **decoder,
        "encoder": encoder,
        "encoder_kwargs": encoder_kwargs,
        "encoder_latent": latent,
        "encoder_latent_kwargs": latent_kwargs,
        "padding": 0.1,
    }
    return Inference(hyperparameters, tuple(sorted(assumed)))


def infer_decoder(state_dict: State) -> dict[str, Any]:
    """The entries decoder, decoder_kwargs, dim, c_dim and z_dim."""
    first = state_dict.get("decoder.fc_p.weight")
    kwargs: dict[str, Any] = {}
    if first is None:
        first, name = state_dict["decoder.conv_p.weight"], "cbatchnorm2"
        kwargs["n_blocks"] = count(state_dict, "decoder.blocks")
        gamma = state_dict["decoder.bn.conv_gamma.weight"]
    elif "decoder.bn_0.conv_gamma.weight" in state_dict:
        name, gamma = "cbatchnorm_noresnet", state_dict["decoder.bn_0.conv_gamma.weight"]
    elif "decoder.bn.conv_gamma.weight" in state_dict:
        name, gamma = "cbatchnorm", state_dict["decoder.bn.conv_gamma.weight"]
    elif "decoder.bn.fc_gamma.weight" in state_dict:
        name, gamma = "cbatchnorm", state_dict["decoder.bn.fc_gamma.weight"]
        kwargs["legacy"] = True
    else:
        name = "batchnorm" if "decoder.bn.running_mean" in state_dict else "simple"
        gamma = state_dict.get("decoder.fc_c.weight")
    kwargs["hidden_size"] = first.shape[0]
    if name != "cbatchnorm2":
        kwargs["leaky"] = False
    latent = state_dict.get("decoder.fc_z.weight")
    return {
        "decoder": name,
        "decoder_kwargs": kwargs,
        "dim": first.shape[1],
        "c_dim": 0 if gamma is None else gamma.shape[1],
        "z_dim": 0 if latent is None else latent.shape[1],
    }


def infer_encoder(state_dict: State, prefix: str = "encoder") -> tuple[str | None, dict[str, Any]]:
    """Name and kwargs of the encoder; None if there is none that is known."""
    if f"{prefix}.features.conv1.weight" in state_dict:
        return _resnet(state_dict, prefix)
    if f"{prefix}.conv_in.weight" in state_dict:
        return "voxel_simple", {}
    if f"{prefix}.conv0.weight" in state_dict:
        return "simple_conv", {}
    if f"{prefix}.fc_pos.weight" in state_dict:
        name = "pointnet_simple"
        if f"{prefix}.block_0.fc_0.weight" in state_dict:
            name = "pointnet_resnet"
        points, code = (state_dict[f"{prefix}.{layer}.weight"] for layer in ("fc_pos", "fc_c"))
        return name, {"dim": points.shape[1], "hidden_dim": code.shape[1]}
    table = state_dict.get(f"{prefix}.weight")
    return (None, {}) if table is None else ("idx", {"num_embeddings": table.shape[0]})


def count(state_dict: State, prefix: str) -> int:
    """Number of entries of the list of modules `prefix`."""
    pattern = re.compile(rf"{re.escape(prefix)}\.(\d+)\.")
    return len({match[1] for key in state_dict if (match := pattern.match(key))})


def _resnet(state_dict: State, prefix: str) -> tuple[str, dict[str, Any]]:
    depths = [count(state_dict, f"{prefix}.features.layer{number}") for number in (1, 3)]
    if f"{prefix}.features.layer1.0.conv3.weight" in state_dict:
        name = "resnet101" if depths[1] > 6 else "resnet50"
    else:
        name = "resnet34" if depths[0] > 2 else "resnet18"
    return name, {"normalize": True, "use_linear": f"{prefix}.fc.weight" in state_dict}
