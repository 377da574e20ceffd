"""Occupancy Networks (Mescheder, Oechsle, Niemeyer, Nowozin, Geiger, CVPR 2019).

A photo, points or voxels are encoded into one code ``c`` for the whole shape; a decoder turns it
and a query point into an occupancy logit. The unconditional networks have no encoder but a latent
``z`` with a normal prior, learnt as a variational auto-encoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn

from occstudio.errors import ModelError
from occstudio.networks.families import Hyperparameters, Inference
from occstudio.networks.folded_field import FoldedField
from occstudio.networks.global_decoders import DECODERS, GlobalDecoder
from occstudio.networks.global_encoders import ResnetPointnet, SimplePointnet, VoxelEncoder
from occstudio.networks.image_encoder import DEPTHS, ConvImageEncoder, ResnetImageEncoder
from occstudio.networks.latent_encoder import LatentEncoder
from occstudio.networks.occupancy_network import Code
from occstudio.networks.onet_inference import infer
from occstudio.shapes.input_spec import InputSpec

IMAGE, POINTS, VOXELS, LATENT = "image", "points", "voxels", "latent"


class GlobalOccupancyNetwork(nn.Module):
    """Encoder and decoder, under the papers' keys.

    Parameters
    ----------
    decoder : GlobalDecoder
        (queries, z, c) -> logits.
    encoder : nn.Module or None
        Observation -> code (B, C).
    latent_encoder : LatentEncoder or None
        Of the variational networks.
    input_kind : str
        What the encoder takes.
    c_dim, z_dim : int
        Lengths of code and latent, 0 for none.
    """

    def __init__(
        self,
        decoder: GlobalDecoder,
        encoder: nn.Module | None,
        latent_encoder: LatentEncoder | None,
        *,
        input_kind: str,
        c_dim: int,
        z_dim: int,
    ) -> None:
        super().__init__()
        self.c_dim, self.z_dim, self.input_kind = c_dim, z_dim, input_kind
        self.decoder = decoder
        self.encoder_latent = latent_encoder
        self.encoder = encoder

    def encode(self, inputs: Tensor) -> dict[str, Tensor]:
        """The code ``c`` (B, C) of observations, and the prior's mean, zeros, for ``z`` (B, Z).

        Parameters
        ----------
        inputs : Tensor
            Photos (B, 3, H, W) from 0 to 1, points (B, T, 3), voxels (B, 32, 32, 32), or numbers of
            training shapes (B,); for networks without encoder anything with a batch axis.

        Raises
        ------
        ModelError
            If the shape does not fit.
        """
        code = dict[str, Tensor]()
        if self.encoder is not None:
            self._check(inputs)
            code["c"] = self.encoder(inputs)
        if self.z_dim:
            like = next(self.parameters())
            code["z"] = like.new_zeros(len(inputs), self.z_dim)
        return code

    def sample_prior(self, count: int, seed: int, temperature: float = 1.0) -> dict[str, Tensor]:
        """Latents ``z`` (count, Z) from the normal prior; see `GenerativeNetwork`."""
        if not self.z_dim or self.encoder is not None:
            raise ModelError(
                "this network has no prior to draw shapes from: give it an observation"
            )
        generator = torch.Generator().manual_seed(seed)
        z = torch.randn(count, self.z_dim, generator=generator) * temperature
        return {"z": z.to(next(self.parameters()).device)}

    def infer_latent(
        self, points: Tensor, occupancy: Tensor, code: Code | None = None
    ) -> tuple[Tensor, Tensor]:
        """Mean and logarithm of the deviation of ``z``, (B, Z) each, from known occupancy.

        Parameters
        ----------
        points : (B, T, 3)
        occupancy : (B, T)
            0 or 1.
        code : mapping, optional
            With ``c``, for networks that have an encoder as well.
        """
        if self.encoder_latent is None:
            raise ModelError("this network has no encoder for latents: it is not variational")
        return self.encoder_latent(points, occupancy, (code or {}).get("c"))

    def decode(self, points: Tensor, code: Code) -> Tensor:
        """Logits (B, T) of query points (B, T, 3), positive inside."""
        z, c = self._parts(code, len(points))
        return self.decoder(points, z, c)

    def prepare(self, code: Code) -> FoldedField:
        """The field of one shape: points (n, 3) -> logits (n,), faster than `decode`."""
        with torch.no_grad():
            return self.decoder.prepare(*self._parts(code, 1))

    def forward(self, inputs: Tensor, points: Tensor) -> Tensor:
        return self.decode(points, self.encode(inputs))

    def _parts(self, code: Code, batch: int) -> tuple[Tensor | None, Tensor | None]:
        """Latent and code, checked; a missing latent is the prior's mean."""
        z, c = code.get("z"), code.get("c")
        if self.z_dim and z is None:
            z = next(self.parameters()).new_zeros(batch, self.z_dim)
        for name, part, length in (("z", z, self.z_dim), ("c", c, self.c_dim)):
            if not length:
                continue
            if part is None or part.shape != (batch, length):
                found = "none" if part is None else tuple(part.shape)
                raise ModelError(
                    f"expected a code '{name}' of shape {(batch, length)}, got {found}"
                )
        return (z if self.z_dim else None), (c if self.c_dim else None)

    def _check(self, inputs: Tensor) -> None:
        size = VoxelEncoder.resolution
        expected, fits = {
            IMAGE: ("photos (B, 3, H, W)", inputs.ndim == 4 and inputs.shape[1] == 3),
            POINTS: ("points (B, T, 3)", inputs.ndim == 3 and inputs.shape[1] > 0),
            VOXELS: (f"voxels (B, {size}, {size}, {size})", inputs.shape[1:] == (size,) * 3),
            LATENT: ("numbers of training shapes (B,)", inputs.ndim == 1),
        }[self.input_kind]
        if not fits:
            raise ModelError(f"this network takes {expected}, got {tuple(inputs.shape)}")


_ENCODER_KINDS: Final = {
    **dict.fromkeys(DEPTHS, IMAGE),
    "simple_conv": IMAGE,
    "pointnet_resnet": POINTS,
    "pointnet_simple": POINTS,
    "voxel_simple": VOXELS,
    "idx": LATENT,
    None: LATENT,
}


@dataclass(frozen=True, slots=True)
class OnetFamily:
    """The family of `GlobalOccupancyNetwork`s."""

    name: str = "onet"
    title: str = "Occupancy Network"
    input_kinds: tuple[str, ...] = (IMAGE, POINTS, VOXELS, LATENT)
    threshold: float = 0.2

    def build(self, hyperparameters: Hyperparameters) -> GlobalOccupancyNetwork:
        """Make the network, with fresh weights.

        Parameters
        ----------
        hyperparameters : mapping
            As in the papers' YAML: encoder, encoder_kwargs, encoder_latent, encoder_latent_kwargs,
            decoder, decoder_kwargs, c_dim, z_dim, and dim. What is missing has the default of the
            papers' code. The encoder 'idx' needs ``encoder_kwargs: {num_embeddings: N}``, which
            that code took from its data set.

        Raises
        ------
        ModelError
            If a name is unknown or a value does not fit.
        """
        encoder_name = _encoder(hyperparameters)
        c_dim, z_dim = int(hyperparameters.get("c_dim", 512)), int(hyperparameters.get("z_dim", 64))
        sizes = {"dim": int(hyperparameters.get("dim", 3)), "z_dim": z_dim, "c_dim": c_dim}
        try:
            decoder = build_decoder(hyperparameters, sizes)
            encoder = build_encoder(encoder_name, _kwargs(hyperparameters, "encoder"), sizes)
            latent_encoder = _latent_encoder(hyperparameters, sizes)
        except (TypeError, ValueError, RuntimeError) as error:
            raise ModelError(
                f"could not build the onet network: {error}; correct the hyper-parameters"
            ) from error
        return GlobalOccupancyNetwork(
            decoder,
            encoder,
            latent_encoder,
            input_kind=_ENCODER_KINDS[encoder_name],
            c_dim=c_dim,
            z_dim=z_dim,
        )

    def recognises(self, state_dict: Mapping[str, Tensor]) -> bool:
        """Whether the keys look like this family's."""
        if any(key.startswith(("vector_field.", "encoder_temporal.")) for key in state_dict):
            return False
        return "decoder.fc_c.0.weight" not in state_dict and (
            {"decoder.fc_p.weight", "decoder.fc_out.weight"} <= state_dict.keys()
            or {"decoder.conv_p.weight", "decoder.conv_out.weight"} <= state_dict.keys()
        )

    def infer(self, state_dict: Mapping[str, Tensor]) -> Inference:
        """Hyper-parameters of the network that a state dict belongs to; see `Inference`."""
        if not self.recognises(state_dict):
            raise ModelError(
                "the checkpoint's keys are not those of an occupancy network: "
                "choose the family that it was trained as"
            )
        return infer(state_dict)

    def input_spec(self, hyperparameters: Hyperparameters) -> InputSpec:
        """A photo of 224 pixels, 300 points, or 32^3 voxels, in the padded unit cube."""
        kind = _ENCODER_KINDS[_encoder(hyperparameters)]
        side = 1 + float(hyperparameters.get("padding", 0.1))
        if kind == POINTS:
            return InputSpec(POINTS, box_side=side, points=300, is_drawn=True)
        resolution = {IMAGE: 224, VOXELS: VoxelEncoder.resolution}.get(kind, 0)
        return InputSpec(kind, box_side=side, resolution=resolution)


def build_decoder(hyperparameters: Hyperparameters, sizes: Mapping[str, int]) -> GlobalDecoder:
    """The decoder that the hyper-parameters name, for these dim, z_dim and c_dim."""
    name = hyperparameters.get("decoder", "simple")
    if name not in DECODERS:
        raise ModelError(f"unknown decoder {name!r}: there are {', '.join(DECODERS)}")
    if name.startswith("cbatchnorm") and not sizes["c_dim"]:
        raise ModelError(f"the decoder {name!r} needs a code: give an encoder and c_dim")
    return DECODERS[name](**sizes, **_kwargs(hyperparameters, "decoder"))


def build_encoder(
    name: str | None, kwargs: Mapping[str, Any], sizes: Mapping[str, int]
) -> nn.Module | None:
    """The encoder of a name in the papers' configurations."""
    c_dim = sizes["c_dim"]
    if name is None:
        return None
    if name in DEPTHS:
        return ResnetImageEncoder(name, c_dim, **kwargs)
    if name == "idx":
        if "num_embeddings" not in kwargs:
            raise ValueError("the encoder 'idx' needs num_embeddings, the number of its shapes")
        return nn.Embedding(int(kwargs["num_embeddings"]), c_dim)
    if name == "simple_conv":
        return ConvImageEncoder(c_dim, **kwargs)
    if name == "voxel_simple":
        return VoxelEncoder(c_dim, **kwargs)
    kind = ResnetPointnet if name == "pointnet_resnet" else SimplePointnet
    return kind(c_dim, **{"dim": sizes["dim"], **kwargs})


def _latent_encoder(
    hyperparameters: Hyperparameters, sizes: Mapping[str, int]
) -> LatentEncoder | None:
    name = hyperparameters.get("encoder_latent")
    if name is None or not sizes["z_dim"]:
        return None
    if name != "simple":
        raise ModelError(f"unknown latent encoder {name!r}: there is 'simple'")
    return LatentEncoder(**sizes, **_kwargs(hyperparameters, "encoder_latent"))


def _encoder(hyperparameters: Hyperparameters) -> str | None:
    name = hyperparameters.get("encoder", "resnet18")
    if name not in _ENCODER_KINDS:
        known = ", ".join(str(one) for one in _ENCODER_KINDS if one)
        raise ModelError(f"unknown encoder {name!r}: there are {known}, or none")
    return name


def _kwargs(hyperparameters: Hyperparameters, part: str) -> dict[str, Any]:
    return dict(hyperparameters.get(f"{part}_kwargs") or {})


FAMILY: Final = OnetFamily()
"""The entry point `onet = occstudio.networks.onet:FAMILY`."""
