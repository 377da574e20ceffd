"""The papers' published checkpoints, known by the names of their files.

What their keys and shapes do not show stood in the configurations that belong to them: which
planes, how fine, how many points. One name is used twice, for networks of the same shapes, and
there the folder decides.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from occstudio.inference.config_file import StatedConfig

_PLANES = ["xz", "xy", "yz"]
_CROP = {
    "encoder": "pointnet_crop_local_pool",
    "decoder": "simple_local_crop",
    "local_coord": True,
    "pos_encoding": "linear",
    "unit_size": 0.005,
    "query_vol_size": 25,
    "encoder_kwargs": {
        "hidden_dim": 32,
        "plane_type": "grid",
        "unet3d": True,
        "unet3d_kwargs": {"num_levels": 4, "f_maps": 32, "in_channels": 32, "out_channels": 32},
    },
    "decoder_kwargs": {"hidden_size": 32, "sample_mode": "bilinear"},
    "c_dim": 32,
}


def _conv(points: int | None, plane_type: object, **resolutions: int) -> StatedConfig:
    encoder = {"plane_type": plane_type, **resolutions}
    return StatedConfig(
        {"encoder_kwargs": encoder, "padding": 0.1}, "conv_onet", 0.2, points, is_whole=True
    )


_ONET = StatedConfig({"padding": 0.1}, "onet", 0.2, is_whole=True)

_PRESETS: Mapping[str, StatedConfig] = {
    "shapenet_1plane": _conv(3000, ["xz"], plane_resolution=64),
    "shapenet_3plane": _conv(3000, _PLANES, plane_resolution=64),
    "shapenet_3plane_partial": _conv(3000, _PLANES, plane_resolution=64),
    "shapenet_grid32": _conv(3000, "grid", grid_resolution=32),
    "room_1plane": _conv(10_000, ["xz"], plane_resolution=128),
    "room_3plane": _conv(10_000, _PLANES, plane_resolution=128),
    "room_grid32": _conv(10_000, "grid", grid_resolution=32),
    "room_grid64": _conv(10_000, "grid", grid_resolution=64),
    "room_combine": _conv(10_000, [*_PLANES, "grid"], plane_resolution=128, grid_resolution=32),
    "voxel_shapenet_1plane": _conv(None, ["xz"], plane_resolution=64),
    "voxel_shapenet_3plane": _conv(None, _PLANES, plane_resolution=64),
    "voxel_shapenet_grid32": _conv(None, "grid", grid_resolution=32),
    "onet_img2mesh_3-f786b04a": _ONET,
    "onet_img2mesh-0c7780d1": _ONET,
    "onet_pcl2mesh-5c0be168": _ONET,
    "onet_voxel2mesh-52ee34d4": _ONET,
    "onet_uncond_cars-59320701": _ONET,
    "onet_uncond_airplanes-26c9d089": _ONET,
    "onet_uncond_sofas-bf6c039d": _ONET,
    "onet_uncond_chairs-800ea1f3": _ONET,
}


def preset(path: Path) -> StatedConfig | None:
    """What is known of a published file by its name; None of any other."""
    found = _PRESETS.get(path.stem)
    if found is not None and path.parent.name == "pointcloud_crop":
        # the window's grid is as fine as the query volume and the U-Net's reach make it
        return replace(found, hyperparameters=_CROP)
    return found
