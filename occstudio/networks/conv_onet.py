"""Convolutional Occupancy Networks (Peng, Niemeyer, Mescheder, Pollefeys, Geiger, ECCV 2020).

Points or voxels are encoded into feature planes, a feature grid, or both; a decoder turns the
features at a query point into an occupancy logit. Positive is inside. The networks of
`conv_onet_crop` do the same for scenes larger than a cube.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from torch import Tensor, nn

from occstudio.errors import ModelError
from occstudio.networks.conv_onet_crop import (
    CropConvOccupancyNetwork,
    CropDecoder,
    CropPointEncoder,
)
from occstudio.networks.conv_onet_inference import infer
from occstudio.networks.crop_windows import CropSizes, window_voxels
from occstudio.networks.families import Hyperparameters, Inference
from occstudio.networks.local_coordinates import LocalCoordinates
from occstudio.networks.local_decoder import LocalDecoder, MomentDecoder
from occstudio.networks.local_moments import sum_moments
from occstudio.networks.plane_coordinates import MAP_ORDER
from occstudio.networks.point_encoder import LocalPoolPointnet
from occstudio.networks.prepared_decoder import PreparedDecoder
from occstudio.networks.unet2d import UNet
from occstudio.networks.unet3d import UNet3D
from occstudio.networks.voxel_encoder import LocalVoxelEncoder
from occstudio.shapes.input_spec import InputSpec


class ConvOccupancyNetwork(nn.Module):
    """Encoder and decoder, under the papers' keys.

    Parameters
    ----------
    encoder : LocalPoolPointnet or LocalVoxelEncoder
        Observation -> dict of feature maps.
    decoder : LocalDecoder
        (queries, feature maps) -> logits.
    """

    def __init__(
        self, encoder: LocalPoolPointnet | LocalVoxelEncoder, decoder: LocalDecoder
    ) -> None:
        super().__init__()
        self.decoder = decoder
        self.encoder = encoder

    def encode(self, inputs: Tensor) -> dict[str, Tensor]:
        """Feature maps of points (B, T, 3) or voxels (B, X, Y, Z), keyed 'grid', 'xz', 'xy', 'yz'.

        Planes are (B, C, R, R) with rows along the second axis of their name; the grid is
        (B, C, R, R, R) indexed z, y, x.
        """
        features = self.encoder(inputs)
        if isinstance(self.decoder, MomentDecoder):
            scales = self.decoder.moment_resolutions
            features |= sum_moments(inputs, scales, self.decoder.padding)
        return features

    def decode(self, points: Tensor, features: Mapping[str, Tensor]) -> Tensor:
        """Logits (B, T) of query points (B, T, 3), positive inside."""
        return self.decoder(points, features)

    def prepare(self, features: Mapping[str, Tensor]) -> PreparedDecoder:
        """The field of one shape: points (n, 3) -> logits (n,), faster than `decode`."""
        return self.decoder.prepare(features)

    def forward(self, inputs: Tensor, points: Tensor) -> Tensor:
        return self.decode(points, self.encode(inputs))


_POINTS: Final = "pointnet_local_pool"
_CROP_POINTS: Final = "pointnet_crop_local_pool"
_VOXELS: Final = "voxel_simple_local"
_DECODERS: Final = {"simple_local": LocalDecoder, "moment_local": MomentDecoder}
_CROP_DECODERS: Final = ("simple_local_crop",)
_ANY_SIZE: Final = 1e4


@dataclass(frozen=True, slots=True)
class ConvOnetFamily:
    """The family of `ConvOccupancyNetwork`s."""

    name: str = "conv_onet"
    title: str = "Convolutional Occupancy Network"
    input_kinds: tuple[str, ...] = ("points", "voxels")
    threshold: float = 0.2

    def build(
        self, hyperparameters: Hyperparameters
    ) -> ConvOccupancyNetwork | CropConvOccupancyNetwork:
        """Make the network, with fresh weights.

        Parameters
        ----------
        hyperparameters : mapping
            As in the papers' YAML: encoder, encoder_kwargs, decoder, decoder_kwargs, c_dim, and
            padding; for scenes larger than a cube local_coord, pos_encoding, unit_size and
            query_vol_size as well. What is missing has the default of the papers' classes.

        Raises
        ------
        ModelError
            If a name is unknown or a value does not fit.
        """
        name = self._encoder(hyperparameters)
        known = _CROP_DECODERS if name == _CROP_POINTS else tuple(_DECODERS)
        decoder_name = hyperparameters.get("decoder", known[0])
        if decoder_name not in known:
            raise ModelError(
                f"unknown decoder {decoder_name!r}: {name} goes with "
                f"{' and '.join(map(repr, known))}"
            )
        try:
            if name == _CROP_POINTS:
                return _build_crop_network(hyperparameters)
            return _build_network(name, decoder_name, hyperparameters)
        except (TypeError, ValueError, RuntimeError, LookupError) as error:
            raise ModelError(
                f"could not build the conv_onet network: {error}; correct the hyper-parameters"
            ) from error

    def recognises(self, state_dict: Mapping[str, Tensor]) -> bool:
        """Whether the keys look like this family's."""
        return "decoder.fc_c.0.weight" in state_dict and (
            "encoder.fc_pos.weight" in state_dict or "encoder.conv_in.weight" in state_dict
        )

    def infer(self, state_dict: Mapping[str, Tensor]) -> Inference:
        """Hyper-parameters of the network that a state dict belongs to; see `Inference`."""
        if not self.recognises(state_dict):
            raise ModelError(
                "the checkpoint's keys are not those of a convolutional occupancy network: "
                "choose the family that it was trained as"
            )
        return infer(state_dict)

    def input_spec(self, hyperparameters: Hyperparameters) -> InputSpec:
        """Some 3000 points, or 32^3 voxels, in the padded cube; or a scene of any size.

        A voxel of half a centimetre and less is meant in a cube (rooms made one unit long), a
        larger one in metres.
        """
        side = 1 + float(hyperparameters.get("padding", 0.1))
        name = self._encoder(hyperparameters)
        if name == _CROP_POINTS:
            is_cube = _crop_value(hyperparameters, "unit_size", 0.005) < 0.01
            normalisation = "cube" if is_cube else "metres"
            return InputSpec("points", normalisation, box_side=_ANY_SIZE, points=10_000)
        if name == _VOXELS:
            return InputSpec("voxels", box_side=side, resolution=32)
        return InputSpec("points", box_side=side)

    def _encoder(self, hyperparameters: Hyperparameters) -> str:
        name = hyperparameters.get("encoder", _POINTS)
        known = (_POINTS, _CROP_POINTS, _VOXELS)
        if name not in known:
            raise ModelError(f"unknown encoder {name!r}: conv_onet has {', '.join(known)}")
        return name


def _build_network(
    name: str, decoder_name: str, hyperparameters: Hyperparameters
) -> ConvOccupancyNetwork:
    if hyperparameters.get("local_coord") or hyperparameters.get("pos_encoding") == "sin_cos":
        raise ValueError(f"local_coord and pos_encoding go with the encoder {_CROP_POINTS!r}")
    c_dim = int(hyperparameters.get("c_dim", 128))
    kwargs = _encoder_kwargs(hyperparameters, c_dim)
    kwargs["padding"] = padding = float(hyperparameters.get("padding", 0.1))
    encoder = LocalVoxelEncoder(**kwargs) if name == _VOXELS else LocalPoolPointnet(**kwargs)
    decoder_kwargs = hyperparameters.get("decoder_kwargs") or {}
    decoder = _DECODERS[decoder_name](c_dim=c_dim, padding=padding, **decoder_kwargs)
    return ConvOccupancyNetwork(encoder, decoder)


def _build_crop_network(hyperparameters: Hyperparameters) -> CropConvOccupancyNetwork:
    c_dim = int(hyperparameters.get("c_dim", 128))
    kwargs = _encoder_kwargs(hyperparameters, c_dim)
    decoder_kwargs = dict(hyperparameters.get("decoder_kwargs") or {})
    for name in ("unit_size", "local_coord", "pos_encoding"):
        kwargs.pop(name, None)
        decoder_kwargs.pop(name, None)
    unit_size = float(_crop_value(hyperparameters, "unit_size", 0.1))
    is_local = bool(_crop_value(hyperparameters, "local_coord", False))
    encoding = _crop_value(hyperparameters, "pos_encoding", "linear")
    local = LocalCoordinates(unit_size if is_local else None, encoding)
    given = {kwargs.pop(name, None) for name in ("grid_resolution", "plane_resolution")} - {None}
    raw: Mapping[str, Any] = hyperparameters.get("encoder_kwargs") or {}
    depth = int((raw.get("unet_kwargs") or {}).get("depth", 5)) if raw.get("unet") else None
    levels = int((raw.get("unet3d_kwargs") or {}).get("num_levels", depth or 4))
    query = _crop_value(hyperparameters, "query_vol_size", None)
    if len(given) > 1:
        raise ValueError(f"planes and grid of a window have one resolution, not {sorted(given)}")
    if given:
        resolution = int(given.pop())
        query = max(resolution - 2 ** (levels + 2) + 1, 1) if query is None else query
    else:
        query = 25 if query is None else query
        resolution = window_voxels(int(query), levels, levels if depth is None else depth)
    return CropConvOccupancyNetwork(
        CropPointEncoder(local, resolution, **kwargs),
        CropDecoder(local, c_dim, **decoder_kwargs),
        CropSizes(unit_size, int(query), resolution),
    )


def _crop_value(hyperparameters: Hyperparameters, name: str, default: Any) -> Any:  # noqa: ANN401
    """An entry of the YAML's `data` or `model` section, or of its classes' arguments."""
    for where in ("encoder_kwargs", "decoder_kwargs"):
        if name in (hyperparameters.get(where) or {}):
            return hyperparameters[where][name]
    for key, values in hyperparameters.items():  # several under one name: "crop(a,b)": [1, 2]
        names = key.removeprefix("crop(").removesuffix(")").split(",")
        if values and key.startswith("crop(") and name in names:
            return values[names.index(name)]
    return hyperparameters.get(name, default)


def _encoder_kwargs(hyperparameters: Hyperparameters, c_dim: int) -> dict[str, Any]:
    """Arguments of an encoder, its U-Nets built."""
    kwargs: dict[str, Any] = dict(hyperparameters.get("encoder_kwargs") or {})
    plane_type = kwargs.pop("plane_type", "xz")
    maps = [plane_type] if isinstance(plane_type, str) else list(plane_type)
    if not maps or not set(maps) <= set(MAP_ORDER):
        raise ValueError(f"plane_type is {plane_type!r}, expected some of {', '.join(MAP_ORDER)}")
    unet_kwargs: dict[str, Any] = kwargs.pop("unet_kwargs", None) or {}
    unet3d_kwargs: dict[str, Any] = {"in_channels": c_dim, "out_channels": c_dim}
    unet3d_kwargs |= kwargs.pop("unet3d_kwargs", None) or {}
    unet = UNet(c_dim, c_dim, **unet_kwargs) if kwargs.pop("unet", False) else None
    unet3d = UNet3D(**unet3d_kwargs) if kwargs.pop("unet3d", False) else None
    if hyperparameters.get("encoder", _POINTS) != _VOXELS:
        kwargs.setdefault("hidden_dim", 128)
    return kwargs | {"c_dim": c_dim, "maps": maps, "unet": unet, "unet3d": unet3d}


FAMILY: Final = ConvOnetFamily()
"""The entry point `conv_onet = occstudio.networks.conv_onet:FAMILY`."""
