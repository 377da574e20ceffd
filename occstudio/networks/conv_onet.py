"""Convolutional Occupancy Networks (Peng, Niemeyer, Mescheder, Pollefeys, Geiger, ECCV 2020).

Points or voxels are encoded into feature planes, a feature grid, or both; a decoder turns the
features at a query point into an occupancy logit. Positive is inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from torch import Tensor, nn

from occstudio.errors import ModelError
from occstudio.networks.conv_onet_inference import infer
from occstudio.networks.families import Hyperparameters, Inference
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
_VOXELS: Final = "voxel_simple_local"
_DECODERS: Final = {"simple_local": LocalDecoder, "moment_local": MomentDecoder}


@dataclass(frozen=True, slots=True)
class ConvOnetFamily:
    """The family of `ConvOccupancyNetwork`s."""

    name: str = "conv_onet"
    title: str = "Convolutional Occupancy Network"
    input_kinds: tuple[str, ...] = ("points", "voxels")
    threshold: float = 0.2

    def build(self, hyperparameters: Hyperparameters) -> ConvOccupancyNetwork:
        """Make the network, with fresh weights.

        Parameters
        ----------
        hyperparameters : mapping
            As in the papers' YAML: encoder, encoder_kwargs, decoder, decoder_kwargs, c_dim, and
            padding. What is missing has the default of the papers' classes.

        Raises
        ------
        ModelError
            If a name is unknown or a value does not fit.
        """
        encoder_kwargs = dict(hyperparameters.get("encoder_kwargs") or {})
        decoder_kwargs = dict(hyperparameters.get("decoder_kwargs") or {})
        decoder_name = hyperparameters.get("decoder", "simple_local")
        if decoder_name not in _DECODERS:
            known = " and ".join(map(repr, _DECODERS))
            raise ModelError(f"unknown decoder {decoder_name!r}: conv_onet has {known}")
        if hyperparameters.get("local_coord") or hyperparameters.get("pos_encoding") == "sin_cos":
            raise ModelError(
                "local_coord and pos_encoding belong to sliding-window models: "
                "use a checkpoint that sees the whole shape at once"
            )
        c_dim = int(hyperparameters.get("c_dim", 128))
        padding = float(hyperparameters.get("padding", 0.1))
        try:
            encoder = _build_encoder(self._encoder(hyperparameters), encoder_kwargs, c_dim, padding)
            decoder = _DECODERS[decoder_name](c_dim=c_dim, padding=padding, **decoder_kwargs)
        except (TypeError, ValueError) as error:
            raise ModelError(
                f"could not build the conv_onet network: {error}; correct the hyper-parameters"
            ) from error
        return ConvOccupancyNetwork(encoder, decoder)

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
        """Some 3000 points, or 32^3 voxels, in the padded cube."""
        side = 1 + float(hyperparameters.get("padding", 0.1))
        if self._encoder(hyperparameters) == _VOXELS:
            return InputSpec("voxels", box_side=side, resolution=32)
        return InputSpec("points", box_side=side)

    def _encoder(self, hyperparameters: Hyperparameters) -> str:
        name = hyperparameters.get("encoder", _POINTS)
        if name not in (_POINTS, _VOXELS):
            raise ModelError(f"unknown encoder {name!r}: conv_onet has {_POINTS!r} and {_VOXELS!r}")
        return name


def _build_encoder(
    name: str, kwargs: dict[str, Any], c_dim: int, padding: float
) -> LocalPoolPointnet | LocalVoxelEncoder:
    plane_type = kwargs.pop("plane_type", "xz")
    maps = [plane_type] if isinstance(plane_type, str) else list(plane_type)
    if not maps or not set(maps) <= set(MAP_ORDER):
        raise ValueError(f"plane_type is {plane_type!r}, expected some of {', '.join(MAP_ORDER)}")
    unet_kwargs: dict[str, Any] = kwargs.pop("unet_kwargs", None) or {}
    unet3d_kwargs: dict[str, Any] = {"in_channels": c_dim, "out_channels": c_dim}
    unet3d_kwargs |= kwargs.pop("unet3d_kwargs", None) or {}
    unet = UNet(c_dim, c_dim, **unet_kwargs) if kwargs.pop("unet", False) else None
    unet3d = UNet3D(**unet3d_kwargs) if kwargs.pop("unet3d", False) else None
    kwargs |= {"c_dim": c_dim, "maps": maps, "padding": padding, "unet": unet, "unet3d": unet3d}
    if name == _POINTS:
        kwargs.setdefault("hidden_dim", 128)
        return LocalPoolPointnet(**kwargs)
    return LocalVoxelEncoder(**kwargs)


FAMILY: Final = ConvOnetFamily()
"""The entry point `conv_onet = occstudio.networks.conv_onet:FAMILY`."""
