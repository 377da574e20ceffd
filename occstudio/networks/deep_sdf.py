"""DeepSDF (Park, Florence, Straub, Newcombe, Lovegrove, CVPR 2019).

An auto-decoder: a fully connected network gives the signed distance of a point from the surface
of the shape that a code stands for. There is no encoder; the code of an observation is fitted.
Distances are negative inside; `decode` turns them round, so that positive is inside as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.errors import ModelError
from occstudio.networks.families import Hyperparameters, Inference
from occstudio.networks.prepared_mlp import PreparedLayer, PreparedMlp
from occstudio.networks.weight_norm import WeightNormLinear
from occstudio.shapes.input_spec import InputSpec

CODE: Final = "z"


class DeepSdf(nn.Module):
    """The decoder, under the published names.

    Parameters
    ----------
    code_length : int
    dims : sequence of int
        Widths of the layers' inputs, from the second layer on.
    dropout : sequence of int
        Layers after which values are dropped in training.
    dropout_prob : float
    norm_layers : sequence of int
        Layers with weight normalisation, or else with layer normalisation.
    latent_in : sequence of int
        Layers that are given code and point again.
    weight_norm : bool
    xyz_in_all : bool
        Whether the other layers are given the point again.
    use_tanh : bool
        A hyperbolic tangent after the last layer, before the one that is always there.
    latent_dropout : bool
        Whether parts of the code are dropped in training.
    """

    def __init__(
        self,
        code_length: int,
        dims: Sequence[int],
        dropout: Sequence[int] = (),
        dropout_prob: float = 0.0,
        norm_layers: Sequence[int] = (),
        latent_in: Sequence[int] = (),
        weight_norm: bool = False,
        xyz_in_all: bool = False,
        use_tanh: bool = False,
        latent_dropout: bool = False,
    ) -> None:
        super().__init__()
        self.code_length, self.gives_distances = code_length, True
        self.dropout, self.dropout_prob = tuple(dropout), dropout_prob
        self.latent_in, self.xyz_in_all = tuple(latent_in), xyz_in_all
        self.use_tanh, self.latent_dropout = use_tanh, latent_dropout
        widths = [code_length + 3, *dims, 1]
        self.depth = len(widths) - 1
        self.layer_norms = () if weight_norm else tuple(norm_layers)
        for layer, (before, after) in enumerate(pairwise(widths)):
            if layer + 1 in latent_in:
                width = after - widths[0]
            else:
                width = after - 3 * (xyz_in_all and layer < self.depth - 1)
            if width < 1:
                raise ValueError(f"layer {layer} would have {width} values")
            kind = WeightNormLinear if weight_norm and layer in norm_layers else nn.Linear
            self.add_module(f"lin{layer}", kind(before, width))
            if layer in self.layer_norms:
                self.add_module(f"bn{layer}", nn.LayerNorm(width))

    def encode(self, inputs: Tensor) -> dict[str, Tensor]:
        """A code (B, code_length) as it is; observations have to be fitted."""
        if inputs.dim() != 2 or inputs.shape[1] != self.code_length:
            raise ModelError(
                f"DeepSDF has no encoder: give a code of {self.code_length} numbers, "
                "or fit one to the points"
            )
        return {CODE: inputs}

    def decode(self, points: Tensor, code: Mapping[str, Tensor]) -> Tensor:
        """Distances (B, T) from the surface at points (B, T, 3), positive inside."""
        latent = code[CODE]
        if self.latent_dropout:
            latent = functional.dropout(latent, 0.2, self.training)
        given = code[CODE].unsqueeze(1).expand(-1, points.shape[1], -1)
        again = torch.cat((given, points), -1)  # dropped values come back here, as published
        x = torch.cat((latent.unsqueeze(1).expand_as(given), points), -1)
        for layer in range(self.depth):
            if layer in self.latent_in:
                x = torch.cat((x, again), -1)
            elif layer and self.xyz_in_all:
                x = torch.cat((x, points), -1)
            x = self.get_submodule(f"lin{layer}")(x)
            if layer < self.depth - 1:
                if layer in self.layer_norms:
                    x = self.get_submodule(f"bn{layer}")(x)
                x = functional.relu(x)
                if layer in self.dropout:
                    x = functional.dropout(x, self.dropout_prob, self.training)
        if self.use_tanh:
            x = x.tanh()
        return -x.tanh().squeeze(-1)

    def prepare(self, code: Mapping[str, Tensor]) -> PreparedMlp:
        """The field of one shape: points (n, 3) -> (n,), faster than `decode`."""
        (latent,) = code[CODE]
        with torch.inference_mode(False), torch.no_grad():
            layers = [self._prepared(layer, latent) for layer in range(self.depth)]

        def distance(x: Tensor) -> Tensor:
            return -(x.tanh() if self.use_tanh else x).tanh()

        return PreparedMlp(layers, distance)

    def _prepared(self, layer: int, latent: Tensor) -> PreparedLayer:
        """A layer whose share of the code is added to its bias beforehand."""
        linear = self.get_submodule(f"lin{layer}")
        assert isinstance(linear, nn.Linear | WeightNormLinear)
        weight, bias = linear.weight.detach().clone(), linear.bias.detach().clone()
        sees_code = layer == 0 or layer in self.latent_in
        sees_point = sees_code or self.xyz_in_all
        own = weight.shape[1] - 3 * sees_point - self.code_length * sees_code
        if sees_code:
            bias += weight[:, own : own + self.code_length] @ latent.to(weight)
        norm: tuple[Tensor, Tensor] | None = None
        if layer in self.layer_norms and layer < self.depth - 1:
            layer_norm = self.get_submodule(f"bn{layer}")
            assert isinstance(layer_norm, nn.LayerNorm)
            norm = (layer_norm.weight.detach().clone(), layer_norm.bias.detach().clone())
        return PreparedLayer(
            bias,
            weight[:, :own].t().clone() if own else None,
            weight[:, -3:].t().clone() if sees_point else None,
            norm,
        )

    def forward(self, inputs: Tensor, points: Tensor) -> Tensor:
        return self.decode(points, self.encode(inputs))


_DIMS: Final = (512,) * 8


@dataclass(frozen=True, slots=True)
class DeepSdfFamily:
    """The family of `DeepSdf` networks."""

    name: str = "deep_sdf"
    title: str = "DeepSDF"
    input_kinds: tuple[str, ...] = ("latent",)
    threshold: float = 0.5

    def build(self, hyperparameters: Hyperparameters) -> DeepSdf:
        """Make the network, with fresh weights.

        Parameters
        ----------
        hyperparameters : mapping
            As in specs.json: `CodeLength` and `NetworkSpecs`. What is missing has the value of
            the paper's examples.

        Raises
        ------
        ModelError
            If a name is unknown or a value does not fit.
        """
        architecture = hyperparameters.get("NetworkArch", "deep_sdf_decoder")
        if architecture != "deep_sdf_decoder":
            raise ModelError(
                f"unknown NetworkArch {architecture!r}: deep_sdf is 'deep_sdf_decoder'"
            )
        specs: dict[str, Any] = {"dims": _DIMS, "latent_in": (4,), "norm_layers": tuple(range(8))}
        specs |= {"weight_norm": True}
        if hyperparameters.get("NetworkSpecs"):
            specs = {k: v for k, v in hyperparameters["NetworkSpecs"].items() if v is not None}
        try:
            return DeepSdf(int(hyperparameters.get("CodeLength", 256)), **specs)
        except (TypeError, ValueError, RuntimeError) as error:
            raise ModelError(
                f"could not build the deep_sdf network: {error}; correct its specs.json"
            ) from error

    def recognises(self, state_dict: Mapping[str, Tensor]) -> bool:
        """Whether the keys look like this family's."""
        first = ("lin0.weight_v", "lin0.weight")
        return "lin0.bias" in state_dict and any(key in state_dict for key in first)

    def infer(self, state_dict: Mapping[str, Tensor]) -> Inference:
        """Hyper-parameters of the network that a state dict belongs to; see `Inference`."""
        if not self.recognises(state_dict):
            raise ModelError(
                "the checkpoint's keys are not those of a DeepSDF decoder: "
                "choose the family that it was trained as"
            )
        shapes = _layer_shapes(state_dict)
        given = shapes[0][1]
        beside = [b[1] - a[0] for a, b in pairwise(shapes)]
        has_weight_norm = any(key.endswith("weight_g") for key in state_dict)
        mark = "lin{}.weight_g" if has_weight_norm else "bn{}.weight"
        specs = {
            "dims": [before for _, before in shapes[1:]],
            "latent_in": [n for n, extra in enumerate(beside, 1) if extra == given and given != 3],
            "xyz_in_all": 3 in beside,
            "weight_norm": has_weight_norm,
            "norm_layers": [n for n in range(len(shapes)) if mark.format(n) in state_dict],
            "use_tanh": False,
        }
        return Inference(
            {"CodeLength": given - 3, "NetworkSpecs": specs}, ("NetworkSpecs.use_tanh",)
        )

    def input_spec(self, hyperparameters: Hyperparameters) -> InputSpec:  # noqa: ARG002
        """A code; shapes lie in the unit sphere, and are looked for in the cube around it."""
        return InputSpec("latent", normalisation="sphere", box_side=2.0)


def _layer_shapes(state_dict: Mapping[str, Tensor]) -> list[tuple[int, int]]:
    """(out, in) of each layer."""
    shapes: dict[int, tuple[int, int]] = {}
    for key, value in state_dict.items():
        match = re.fullmatch(r"lin(\d+)\.weight(_v)?", key)
        if match:
            shapes[int(match[1])] = (value.shape[0], value.shape[1])
    if sorted(shapes) != list(range(len(shapes))):
        raise ModelError("layers of the DeepSDF decoder are missing: the checkpoint is damaged")
    return [shapes[number] for number in range(len(shapes))]


FAMILY: Final = DeepSdfFamily()
"""The entry point `deep_sdf = occstudio.networks.deep_sdf:FAMILY`."""
