"""Hyper-parameters of a convolutional occupancy network from its state dict alone.

Widths, depths and the kinds of layers show in keys and shapes. Which planes there are and how fine
does not: the planes share one U-Net, which is convolutional. Those get the values of the papers'
configurations, and are listed as assumed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from torch import Tensor

from occstudio.networks.families import Inference
from occstudio.networks.local_moments import DESCRIPTORS

_UNTRACED = (
    "encoder_kwargs.scatter_type",
    "decoder_kwargs.sample_mode",
    "decoder_kwargs.leaky",
    "padding",
)


def infer(state_dict: Mapping[str, Tensor]) -> Inference:
    """Read what keys and shapes tell, assume the papers' values for the rest.

    Parameters
    ----------
    state_dict : mapping of str to Tensor
        Of a `ConvOccupancyNetwork`, or of a `CropConvOccupancyNetwork`, which is known by the order
        of its keys alone; a sorted one is taken for the former.
    """
    assumed = list[str](_UNTRACED)
    encoder_kwargs: dict[str, Any] = {}
    hidden_size, c_dim = state_dict["decoder.fc_c.0.weight"].shape
    if "encoder.fc_pos.weight" in state_dict:
        encoder = "pointnet_local_pool"
        encoder_kwargs["hidden_dim"] = state_dict["encoder.fc_pos.weight"].shape[0] // 2
        encoder_kwargs["n_blocks"] = _count(state_dict, "encoder.blocks")
        encoder_kwargs["scatter_type"] = "max"
    else:
        encoder = "voxel_simple_local"
        encoder_kwargs["kernel_size"] = state_dict["encoder.conv_in.weight"].shape[-1]
        assumed.remove("encoder_kwargs.scatter_type")
    maps: list[str] = []
    if _count(state_dict, "encoder.unet3d.encoders"):
        maps.append("grid")
        unet3d = _infer_unet3d(state_dict)
        encoder_kwargs |= {"unet3d": True, "unet3d_kwargs": unet3d}
        encoder_kwargs["grid_resolution"] = 64 if unet3d["num_levels"] == 4 else 32
        assumed += [
            "encoder_kwargs.grid_resolution",
            "encoder_kwargs.unet3d_kwargs.layer_order",
            "encoder_kwargs.unet3d_kwargs.num_groups",
        ]
    if _count(state_dict, "encoder.unet.down_convs"):
        maps += ["xz", "xy", "yz"]
        unet = _infer_unet(state_dict)
        encoder_kwargs |= {"unet": True, "unet_kwargs": unet}
        encoder_kwargs["plane_resolution"] = 128 if unet["depth"] == 5 else 64
    elif not maps:
        maps += ["xz", "xy", "yz"]
        encoder_kwargs["plane_resolution"] = 64
    encoder_kwargs["plane_type"] = maps
    if "plane_resolution" in encoder_kwargs:
        assumed += ["encoder_kwargs.plane_type", "encoder_kwargs.plane_resolution"]
    decoder, decoder_kwargs = "simple_local", dict[str, Any]()
    if "decoder.fc_m_0.weight" in state_dict:
        decoder = "moment_local"
        moment_dim = state_dict["decoder.fc_m_1.weight"].shape[0]
        scales = state_dict["decoder.fc_m_0.weight"].shape[1] // DESCRIPTORS
        decoder_kwargs["moment_dim"] = moment_dim
        decoder_kwargs["moment_resolutions"] = [16 * 2**scale for scale in range(scales)]
        assumed.append("decoder_kwargs.moment_resolutions")
        c_dim -= moment_dim
    hyperparameters: dict[str, Any] = {
        "encoder": encoder,
        "encoder_kwargs": encoder_kwargs,
        "decoder": decoder,
        "decoder_kwargs": decoder_kwargs
        | {
            "hidden_size": hidden_size,
            "n_blocks": _count(state_dict, "decoder.blocks"),
            "leaky": False,
            "sample_mode": "bilinear",
        },
        "c_dim": c_dim,
        "padding": 0.1,
    }
    if encoder == "pointnet_local_pool":
        order = _order(state_dict)
        if order is None:
            assumed += ["encoder", "decoder"]
        elif order == "crop":
            hyperparameters |= _crop_hyperparameters(state_dict)
            for name in ("grid_resolution", "plane_resolution"):
                if encoder_kwargs.pop(name, None) is not None:
                    assumed.remove(f"encoder_kwargs.{name}")
            assumed = [name for name in assumed if name != "padding"]
            assumed += ["local_coord", "query_vol_size", "unit_size"]
    return Inference(hyperparameters, tuple(sorted(assumed)))


def _order(state_dict: Mapping[str, Tensor]) -> Literal["plain", "crop"] | None:
    """Whether a network sees a window at a time, which only the order of its keys tells.

    None if the keys were sorted: then the order says nothing, unless the network is given sines
    and cosines.
    """
    if state_dict["decoder.fc_p.weight"].shape[1] != 3:
        return "crop"
    position = {key: number for number, key in enumerate(state_dict)}
    condition, point = position["decoder.fc_c.0.weight"], position["decoder.fc_p.weight"]
    out, block = position["decoder.fc_out.weight"], position.get("decoder.blocks.0.fc_0.weight", 0)
    if condition < out < block < point:
        return "crop"
    return "plain" if condition < point < block < out else None


def _crop_hyperparameters(state_dict: Mapping[str, Tensor]) -> dict[str, Any]:
    """What the published networks for large scenes have instead of a cube's."""
    is_linear = state_dict["decoder.fc_p.weight"].shape[1] == 3
    return {
        "encoder": "pointnet_crop_local_pool",
        "decoder": "simple_local_crop",
        "local_coord": True,
        "pos_encoding": "linear" if is_linear else "sin_cos",
        "unit_size": 0.005,
        "query_vol_size": 25,
    }


def _infer_unet(state_dict: Mapping[str, Tensor]) -> dict[str, Any]:
    root = "encoder.unet"
    up_mode, merge_mode = "transpose", "concat"
    if f"{root}.up_convs.0.conv1.weight" in state_dict:
        after, merged = state_dict[f"{root}.up_convs.0.conv1.weight"].shape[:2]
        merge_mode = "concat" if merged == 2 * after else "add"
        up_mode = "upsample" if f"{root}.up_convs.0.upconv.1.weight" in state_dict else "transpose"
    return {
        "depth": _count(state_dict, f"{root}.down_convs"),
        "start_filts": state_dict[f"{root}.down_convs.0.conv1.weight"].shape[0],
        "up_mode": up_mode,
        "merge_mode": merge_mode,
    }


def _infer_unet3d(state_dict: Mapping[str, Tensor]) -> dict[str, Any]:
    root = "encoder.unet3d"
    first = f"{root}.encoders.0.basic_module"
    return {
        "num_levels": _count(state_dict, f"{root}.encoders"),
        "f_maps": state_dict[f"{first}.SingleConv2.conv.weight"].shape[0],
        "in_channels": state_dict[f"{first}.SingleConv1.conv.weight"].shape[1],
        "out_channels": state_dict[f"{root}.final_conv.weight"].shape[0],
        "layer_order": _infer_layer_order(state_dict, root),
        "num_groups": 8,
    }


def _infer_layer_order(state_dict: Mapping[str, Tensor], root: str) -> str:
    """Where the norm stands shows where a convolution changes the width."""
    for norm in ("groupnorm", "batchnorm"):
        pattern = re.compile(rf"{re.escape(root)}\..*\.SingleConv\d\.{norm}\.weight")
        for key in filter(pattern.fullmatch, state_dict):
            after, before = state_dict[key.replace(norm, "conv")].shape[:2]
            if after != before:
                letter = norm[0]
                comes_first = state_dict[key].shape[0] == before
                return f"{letter}cr" if comes_first else f"c{letter}r"
    return "cr"


def _count(state_dict: Mapping[str, Tensor], prefix: str) -> int:
    """Number of entries of the ModuleList `prefix`."""
    pattern = re.compile(rf"{re.escape(prefix)}\.(\d+)\.")
    return len({match[1] for key in state_dict if (match := pattern.match(key))})
