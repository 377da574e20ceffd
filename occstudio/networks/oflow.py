"""Occupancy Flow (Niemeyer, Mescheder, Oechsle, Geiger, ICCV 2019): a shape that moves.

A sequence of point clouds becomes a code ``c`` of the shape at time 0 and a code ``c_t`` of its
motion. A velocity field, followed backwards, carries a query from its time to time 0, where an
ordinary occupancy decoder answers. So the surface at any time is the first one, moved, and
`carried` moves its points forward as well, in correspondence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn

from occstudio.errors import ModelError
from occstudio.networks.families import Hyperparameters, Inference
from occstudio.networks.flow_field import FlowField
from occstudio.networks.folded_field import FoldedField
from occstudio.networks.global_decoders import GlobalDecoder
from occstudio.networks.global_encoders import ResnetPointnet
from occstudio.networks.latent_encoder import LatentEncoder, LatentPointnet
from occstudio.networks.occupancy_network import TIME, Code
from occstudio.networks.ode_solver import solve
from occstudio.networks.onet import build_decoder, build_encoder
from occstudio.networks.onet_inference import count as counted
from occstudio.networks.onet_inference import infer_decoder, infer_encoder
from occstudio.networks.velocity_field import VelocityField
from occstudio.shapes.input_spec import InputSpec

FRAMES: Final = 17
"""Point clouds in a sequence of the paper, evenly spaced from time 0 to time 1."""


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Of the solver, per step."""

    rtol: float = 1e-3
    atol: float = 1e-5


class OccupancyFlowNetwork(nn.Module):
    """Encoders, decoder and velocity field.

    Parameters
    ----------
    decoder : GlobalDecoder
        (queries at time 0, z, c) -> logits.
    encoder : nn.Module or None
        First cloud of a sequence -> code of the shape.
    velocity : VelocityField
        Of the moving points.
    temporal_encoder : ResnetPointnet or None
        Clouds of a sequence, side by side -> code of the motion.
    latent_encoder, latent_temporal_encoder : nn.Module or None
        Approximate posteriors of ``z`` and ``z_t`` of the generative model; only its training
        used them.
    c_dim, z_dim, dim : int
    tolerances : Tolerances
    """

    def __init__(
        self,
        decoder: GlobalDecoder,
        encoder: nn.Module | None,
        velocity: VelocityField,
        temporal_encoder: ResnetPointnet | None,
        latent_encoder: nn.Module | None = None,
        latent_temporal_encoder: nn.Module | None = None,
        *,
        c_dim: int,
        z_dim: int,
        dim: int = 3,
        tolerances: Tolerances = Tolerances(),
    ) -> None:
        super().__init__()
        self.c_dim, self.z_dim, self.dim, self.tolerances = c_dim, z_dim, dim, tolerances
        self.decoder = decoder
        self.encoder_latent = latent_encoder
        self.encoder_latent_temporal = latent_temporal_encoder
        self.encoder = encoder
        self.vector_field = velocity
        self.encoder_temporal = temporal_encoder

    def encode(self, inputs: Tensor) -> dict[str, Tensor]:
        """The codes ``c`` and ``c_t`` (B, C) of sequences, and zeros for ``z`` and ``z_t`` (B, Z).

        Parameters
        ----------
        inputs : Tensor
            Sequences (B, frames, N, 3); of a single cloud (B, N, 3) nothing moves in the input.
            For networks without encoders anything with a batch axis.

        Raises
        ------
        ModelError
            If the shape does not fit.
        """
        code = dict[str, Tensor]()
        if self.encoder is not None or self.encoder_temporal is not None:
            inputs = self._sequences(inputs)
        if self.encoder is not None:
            code["c"] = self.encoder(inputs[:, 0])
        if self.encoder_temporal is not None:
            beside = inputs.transpose(1, 2).flatten(2)  # (B, N, frames * 3)
            code["c_t"] = self.encoder_temporal(beside)
        if self.z_dim:
            zeros = next(self.parameters()).new_zeros(len(inputs), self.z_dim)
            code |= {"z": zeros, "z_t": zeros}
        return code

    def sample_prior(self, count: int, seed: int, temperature: float = 1.0) -> dict[str, Tensor]:
        """Latents ``z`` and ``z_t`` (count, Z) of shape and motion; see `GenerativeNetwork`."""
        if not self.z_dim or self.encoder is not None or self.encoder_temporal is not None:
            raise ModelError("this network has no prior to draw shapes from: give it a sequence")
        generator, device = torch.Generator().manual_seed(seed), next(self.parameters()).device
        draws = torch.randn(2, count, self.z_dim, generator=generator) * temperature
        return {"z": draws[0].to(device), "z_t": draws[1].to(device)}

    def decode(self, points: Tensor, code: Code) -> Tensor:
        """Logits (B, T) of points (B, T, 3) at the code's time (0 if it has none)."""
        times = code.get(TIME)
        if times is not None and bool(times.any()):
            points = self.carried(points, code, times, torch.zeros_like(times))
        return self.decoder(points, *self._parts(code, "z", "c"))

    def carried(self, points: Tensor, code: Code, start: Tensor, end: Tensor) -> Tensor:
        """Where points (B, T, 3) of the times `start` (B,) are at the times `end` (B,).

        Raises
        ------
        ModelError
            If the velocity field cannot be followed.
        """
        z, c = self._parts(code, "z_t", "c_t")
        span = end - start

        def velocity(progress: float, state: Tensor) -> Tensor:
            return span.view(-1, 1, 1) * self.vector_field(state, start + progress * span, z, c)

        tolerances = self.tolerances
        return solve(velocity, points, 1.0, rtol=tolerances.rtol, atol=tolerances.atol)[0]

    def prepare(self, code: Code) -> FoldedField | FlowField:
        """The field of one shape at the code's time: points (n, 3) -> logits (n,)."""
        with torch.no_grad():
            decoder = self.decoder.prepare(*self._parts(code, "z", "c"))
            time = float(code[TIME][0]) if TIME in code else 0.0
            if time == 0:
                return decoder
            velocity = self.vector_field.prepare(*self._parts(code, "z_t", "c_t"))
            tolerances = self.tolerances
            return FlowField(decoder, velocity, time, rtol=tolerances.rtol, atol=tolerances.atol)

    def forward(self, inputs: Tensor, points: Tensor) -> Tensor:
        return self.decode(points, self.encode(inputs))

    def _parts(self, code: Code, *names: str) -> tuple[Tensor | None, Tensor | None]:
        """Latent and code by name, checked; a missing latent is the prior's mean."""
        z, c = (code.get(name) for name in names)
        if self.z_dim and z is None:
            z = next(self.parameters()).new_zeros(1, self.z_dim)
        for name, part, length in zip(names, (z, c), (self.z_dim, self.c_dim), strict=True):
            if length and (part is None or part.ndim != 2 or part.shape[1] != length):
                found = "none" if part is None else tuple(part.shape)
                raise ModelError(f"expected a code '{name}' of shape (B, {length}), got {found}")
        return (z if self.z_dim else None), (c if self.c_dim else None)

    def _sequences(self, inputs: Tensor) -> Tensor:
        frames = 1
        if self.encoder_temporal is not None:
            frames = self.encoder_temporal.fc_pos.in_features // self.dim
        if inputs.ndim == 3:
            inputs = inputs.unsqueeze(1).expand(-1, frames, -1, -1)
        if inputs.ndim != 4 or inputs.shape[1] < frames or inputs.shape[3] != self.dim:
            raise ModelError(
                f"this network takes {frames} point clouds (B, {frames}, N, {self.dim}) of a "
                f"sequence, got {tuple(inputs.shape)}"
            )
        return inputs[:, :frames]


@dataclass(frozen=True, slots=True)
class OflowFamily:
    """The family of `OccupancyFlowNetwork`s.

    Names and order of the layers are those of the authors' published code. Their networks for
    interpolation and shape matching move a given mesh and hold no shape: those are refused.
    """

    name: str = "oflow"
    title: str = "Occupancy Flow"
    input_kinds: tuple[str, ...] = ("points", "latent")
    threshold: float = 0.3

    def build(self, hyperparameters: Hyperparameters) -> OccupancyFlowNetwork:
        """Make the network, with fresh weights.

        Parameters
        ----------
        hyperparameters : mapping
            As in the papers' YAML: encoder(_kwargs), encoder_temporal(_kwargs), decoder(_kwargs),
            velocity_field_kwargs, c_dim, z_dim, dim, ode_solver, rtol, atol.

        Raises
        ------
        ModelError
            If a name is unknown or a value does not fit.
        """
        given = _with_defaults(hyperparameters)
        sizes = {name: int(given[name]) for name in ("dim", "z_dim", "c_dim")}
        if given["encoder"] not in (None, "pointnet_resnet", "pointnet_simple"):
            raise ModelError(
                f"unknown encoder {given['encoder']!r}: oflow has 'pointnet_resnet' and "
                "'pointnet_simple', or none"
            )
        if given["ode_solver"] != "dopri5":
            raise ModelError(f"unknown solver {given['ode_solver']!r}: there is 'dopri5'")
        try:
            decoder = build_decoder(given, sizes)
            encoder = build_encoder(given["encoder"], _kwargs(given, "encoder"), sizes)
            velocity = VelocityField(**sizes, **_kwargs(given, "velocity_field"))
            temporal = _temporal_encoder(given, sizes)
            latent, latent_temporal = (_latent_encoder(given, part, sizes) for part in _LATENT)
        except (TypeError, ValueError, RuntimeError) as error:
            raise ModelError(
                f"could not build the oflow network: {error}; correct the hyper-parameters"
            ) from error
        tolerances = Tolerances(float(given["rtol"]), float(given["atol"]))
        return OccupancyFlowNetwork(
            decoder,
            encoder,
            velocity,
            temporal,
            latent,
            latent_temporal,
            c_dim=sizes["c_dim"],
            z_dim=sizes["z_dim"],
            dim=sizes["dim"],
            tolerances=tolerances,
        )

    def recognises(self, state_dict: Mapping[str, Tensor]) -> bool:
        """Whether the keys look like this family's."""
        return "vector_field.fc_p.weight" in state_dict

    def infer(self, state_dict: Mapping[str, Tensor]) -> Inference:
        """Hyper-parameters of the network that a state dict belongs to; see `Inference`."""
        if not self.recognises(state_dict):
            raise ModelError(
                "the checkpoint's keys are not those of an occupancy flow network: "
                "choose the family that it was trained as"
            )
        if not any(key.startswith("decoder.") for key in state_dict):
            raise ModelError(
                "the checkpoint holds the motion of a given mesh (interpolation or shape matching) "
                "and no shape: choose an occupancy flow model for point clouds, or a generative one"
            )
        decoder = infer_decoder(state_dict)
        encoder, encoder_kwargs = infer_encoder(state_dict)
        temporal, temporal_kwargs = infer_encoder(state_dict, "encoder_temporal")
        first = state_dict["vector_field.fc_p.weight"]
        hyperparameters = {
            **decoder,
            "encoder": encoder,
            "encoder_kwargs": encoder_kwargs,
            "encoder_temporal": temporal,
            "encoder_temporal_kwargs": temporal_kwargs,
            **_inferred_latent(state_dict),
            "velocity_field_kwargs": {
                "hidden_size": first.shape[0],
                "n_blocks": counted(state_dict, "vector_field.blocks"),
                "leaky": False,
            },
            "ode_solver": "dopri5",
            "rtol": 1e-3,
            "atol": 1e-5,
            "padding": 0.1,
        }
        assumed = ["padding", "rtol", "atol", "velocity_field_kwargs.leaky"]
        if "leaky" in decoder["decoder_kwargs"]:
            assumed.append("decoder_kwargs.leaky")
        return Inference(hyperparameters, tuple(sorted(assumed)))

    def input_spec(self, hyperparameters: Hyperparameters) -> InputSpec:
        """300 points of each of 17 clouds, in the padded unit cube; the field has a time."""
        given = _with_defaults(hyperparameters)
        side = 1 + float(given.get("padding", 0.1))
        if given["encoder"] is None:
            return InputSpec("latent", box_side=side, is_timed=True)
        frames = int(_kwargs(given, "encoder_temporal").get("dim", 3 * FRAMES)) // int(given["dim"])
        return InputSpec(
            "points", box_side=side, points=300, is_drawn=True, frames=frames, is_timed=True
        )


def _with_defaults(hyperparameters: Hyperparameters) -> dict[str, Any]:
    defaults = {
        "dim": 3,
        "z_dim": 0,
        "c_dim": 512,
        "encoder": "pointnet_resnet",
        "encoder_temporal": "pointnet_resnet",
        "ode_solver": "dopri5",
        "rtol": Tolerances().rtol,
        "atol": Tolerances().atol,
    }
    return {**defaults, **hyperparameters}


def _kwargs(hyperparameters: Mapping[str, Any], part: str) -> dict[str, Any]:
    return dict(hyperparameters.get(f"{part}_kwargs") or {})


def _temporal_encoder(given: Mapping[str, Any], sizes: Mapping[str, int]) -> ResnetPointnet | None:
    name = given["encoder_temporal"]
    if name is None:
        return None
    if name != "pointnet_resnet":
        raise ModelError(f"unknown encoder of motions {name!r}: there is 'pointnet_resnet'")
    kwargs = {"dim": FRAMES * sizes["dim"], **_kwargs(given, "encoder_temporal")}
    return ResnetPointnet(sizes["c_dim"], **kwargs)


_LATENT: Final = ("encoder_latent", "encoder_latent_temporal")


def _latent_encoder(
    given: Mapping[str, Any], part: str, sizes: Mapping[str, int]
) -> nn.Module | None:
    name = given.get(part)
    if name is None:
        return None
    kwargs = {"dim": FRAMES * sizes["dim"], **_kwargs(given, part)}
    if name == "pointnet":
        return LatentPointnet(sizes["z_dim"], sizes["c_dim"], **kwargs)
    if name != "simple":
        raise ModelError(f"unknown {part} {name!r}: oflow has 'pointnet' and 'simple', or none")
    leaky = bool(kwargs.get("leaky", False))
    return LatentEncoder(sizes["z_dim"], sizes["c_dim"], sizes["dim"], leaky=leaky)


def _inferred_latent(state_dict: Mapping[str, Tensor]) -> dict[str, Any]:
    found = dict[str, Any]()
    for part in _LATENT:
        if f"{part}.fc_mean.weight" not in state_dict:
            continue
        blocks = counted(state_dict, f"{part}.blocks")
        found[part] = "pointnet" if blocks else "simple"
        width, dim = state_dict[f"{part}.fc_pos.weight"].shape
        if blocks:
            found[f"{part}_kwargs"] = {"dim": dim, "hidden_dim": width // 2, "n_blocks": blocks}
    return found


FAMILY: Final = OflowFamily()
"""The entry point `oflow = occstudio.networks.oflow:FAMILY`."""
