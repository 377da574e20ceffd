"""Implicit Feature Networks (Chibane, Alldieck, Pons-Moll, CVPR 2020).

A grid of occupied cells is convolved into features at several scales. A query point looks them up
at its own place and at six others a little way along the axes, and a small network turns what it
found into an occupancy logit. Written from the paper and from the published names and shapes.

The published weights were trained with torch 1.1, whose `grid_sample` put the outermost samples on
the faces of the cube (`align_corners=True`) and whose convolutions padded with zeros.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.errors import ModelError
from occstudio.networks.displaced_sampling import PaddingMode, displaced, sample_level
from occstudio.networks.families import Hyperparameters, Inference
from occstudio.networks.if_net_layout import CLASSES, IfNetLayout, layout_of, published_layout
from occstudio.networks.occupied_cells import occupied_cells
from occstudio.networks.prepared_if_net import PreparedIfNet
from occstudio.shapes.input_spec import InputSpec

VOXELS: Final = "voxels"
"""Name of the occupied cells in a code; the features of stage k are called `level_k`."""
_SLAB: Final = 32


class IfNet(nn.Module):
    """Encoder and decoder, under the published names.

    Parameters
    ----------
    layout : IfNetLayout
    displacement : float
        How far from the query the other six places are, in the cube [-1, 1].
    padding_mode : {'border', 'zeros'}
        What is found outside the cube.
    resolution : int
        Cells along an axis of the grid on which points are put.
    """

    def __init__(
        self,
        layout: IfNetLayout,
        displacement: float = 0.0722,
        padding_mode: PaddingMode = "border",
        resolution: int = 128,
    ) -> None:
        super().__init__()
        self.layout = layout
        self.displacement = displacement
        self.padding_mode: PaddingMode = padding_mode
        self.resolution = resolution
        before = 1
        if layout.stem:
            self.conv_in = nn.Conv3d(1, layout.stem, 3, padding=1)
            before = layout.stem
        for number, between, after in layout.stages:
            self.add_module(f"conv_{number}", nn.Conv3d(before, between, 3, padding=1))
            self.add_module(f"conv_{number}_1", nn.Conv3d(between, after, 3, padding=1))
            before = after
        places = 7 * layout.feature_channels + 3 * layout.sees_coordinates
        widths = (places, *layout.hidden)
        for number, (a, b) in enumerate(pairwise(widths)):
            self.add_module(f"fc_{number}", nn.Conv1d(a, b, 1))
        self.fc_out = nn.Conv1d(layout.hidden[-1], 1, 1)
        if layout.stem:
            self.conv_in_bn = nn.BatchNorm3d(layout.stem)
        for number, _, after in layout.stages:
            self.add_module(f"conv{number}_1_bn", nn.BatchNorm3d(after))

    def encode(self, inputs: Tensor) -> dict[str, Tensor]:
        """Features of points (B, N, 3) or of voxels (B, X, Y, Z).

        Returns
        -------
        dict of str to Tensor
            `voxels` (B, X, Y, Z), and for each stage k `level_k` (B, C, X, Y, Z), each stage at
            half the resolution of the one before. What the stem makes of the voxels is left out:
            it is the largest by far, and known from them.
        """
        is_cloud = inputs.dim() == 3 and inputs.shape[-1] == 3
        if not is_cloud and inputs.dim() != 4:
            raise ModelError(
                f"an IF-Net takes points (B, N, 3) or voxels (B, X, Y, Z), not {inputs.shape}"
            )
        voxels = occupied_cells(inputs, self.resolution) if is_cloud else inputs.float()
        if len(set(voxels.shape[1:])) > 1:
            raise ModelError(
                f"voxels of {tuple(voxels.shape[1:])} are no cube: pad them to the same number "
                "along each axis"
            )
        if voxels.shape[1] < 2 ** len(self.layout.stages):
            raise ModelError(
                f"voxels of {tuple(voxels.shape[1:])} are too coarse for this network: "
                f"give at least {2 ** len(self.layout.stages)} along each axis"
            )
        code = {VOXELS: voxels}
        net = self._pooled_stem(voxels) if self.layout.stem else voxels.unsqueeze(1)
        for position, (number, _, _) in enumerate(self.layout.stages):
            if position:
                net = functional.max_pool3d(net, 2)
            net = functional.relu_(self.get_submodule(f"conv_{number}")(net))
            net = functional.relu_(self.get_submodule(f"conv_{number}_1")(net))
            net = self.get_submodule(f"conv{number}_1_bn")(net)
            code[f"level_{number}"] = net
        return code

    def stem_features(self, voxels: Tensor) -> Tensor:
        """What the first convolution makes of voxels (B, X, Y, Z): (B, stem, X, Y, Z)."""
        return self.conv_in_bn(functional.relu_(self.conv_in(voxels.unsqueeze(1))))

    def _pooled_stem(self, voxels: Tensor) -> Tensor:
        """The stem's features at half the resolution, slab by slab where no gradient is wanted.

        At 256³ they would take a gigabyte.
        """
        if self.training or torch.is_grad_enabled():
            return functional.max_pool3d(self.stem_features(voxels), 2)
        bordered = functional.pad(voxels, (0, 0, 0, 0, 1, 1))
        parts = list[Tensor]()
        for start in range(0, voxels.shape[1] - 1, _SLAB):
            end = min(start + _SLAB, voxels.shape[1])
            features = self.stem_features(bordered[:, start : end + 2])[:, :, 1:-1]
            parts.append(functional.max_pool3d(features, 2))
        return torch.cat(parts, 2)

    def decode(self, points: Tensor, code: Mapping[str, Tensor]) -> Tensor:
        """Logits (B, T) at points (B, T, 3) of the unit cube, positive inside."""
        net = self.point_features(points, code)
        for layer in self.hidden_layers():
            net = functional.relu(layer(net))
        return self.fc_out(net).squeeze(1)

    def point_features(self, points: Tensor, code: Mapping[str, Tensor]) -> Tensor:
        """What a query finds: points (B, T, 3) -> (B, 7 C [+ 3], T), places run fastest."""
        coordinates = 2 * points.float().flip(-1)  # grid_sample's x is the last axis
        places = displaced(coordinates, self.displacement)  # (B, 7, T, 3)
        voxels = code[VOXELS]
        levels = [voxels.unsqueeze(1)]
        if self.layout.stem:
            levels.append(self.stem_features(voxels))
        levels += [code[f"level_{number}"] for number, _, _ in self.layout.stages]
        found = [sample_level(level, places, self.padding_mode) for level in levels]
        net = torch.cat(found, 1).flatten(1, 2)  # (B, 7 C, T)
        if self.layout.sees_coordinates:
            net = torch.cat((net, coordinates.transpose(1, 2)), 1)
        return net

    def hidden_layers(self) -> Sequence[nn.Module]:
        """The fully connected layers before the last."""
        return [self.get_submodule(f"fc_{n}") for n in range(len(self.layout.hidden))]

    def prepare(self, code: Mapping[str, Tensor]) -> PreparedIfNet:
        """The field of one shape: points (n, 3) -> logits (n,), faster than `decode`."""
        if any(array.shape[0] != 1 for array in code.values()):
            raise ValueError("expected the features of one shape: prepare them one by one")
        layers = [*self.hidden_layers(), self.fc_out]
        return PreparedIfNet(
            code[VOXELS][0],
            [code[f"level_{number}"][0] for number, _, _ in self.layout.stages],
            stem=(self.conv_in, self.conv_in_bn) if self.layout.stem else None,
            layers=[(layer.weight.squeeze(-1), layer.bias) for layer in layers],  # pyright: ignore
            displacement=self.displacement,
            padding_mode=self.padding_mode,
        )

    def forward(self, inputs: Tensor, points: Tensor) -> Tensor:
        return self.decode(points, self.encode(inputs))


@dataclass(frozen=True, slots=True)
class _Defaults:
    """What a class of the paper's code leaves no trace of in its state dict."""

    displacement: float
    padding_mode: PaddingMode
    input_kind: str
    resolution: int


_DEFAULTS: Final = {
    "ShapeNet32Vox": _Defaults(0.035, "border", "voxels", 32),
    "ShapeNet128Vox": _Defaults(0.0722, "zeros", "voxels", 128),
    "ShapeNetPoints": _Defaults(0.0722, "border", "points", 128),
    "SVR": _Defaults(0.0722, "border", "points", 256),
}
_POINT_KINDS: Final = ("points", "pc", "pointcloud", "point_cloud")


@dataclass(frozen=True, slots=True)
class IfNetFamily:
    """The family of `IfNet`s."""

    name: str = "if_net"
    title: str = "Implicit Feature Network"
    input_kinds: tuple[str, ...] = ("points", "voxels")
    threshold: float = 0.5

    def build(self, hyperparameters: Hyperparameters) -> IfNet:
        """Make the network, with fresh weights.

        Parameters
        ----------
        hyperparameters : mapping
            `class`, one of the published names; and, where they are not that class's own,
            `hidden_dim`, `displacement`, `padding_mode` ('border' or 'zeros', also under
            `grid_sample`), `input_res` and `input_kind`. `stem`, `stages`, `hidden` and
            `concat_point_coords` describe a network that was never published.

        Raises
        ------
        ModelError
            If a name is unknown or a value does not fit.
        """
        name = self._class(hyperparameters)
        defaults = _DEFAULTS[name]
        sampling = cast("Mapping[str, Any]", hyperparameters.get("grid_sample") or {})
        mode = hyperparameters.get("padding_mode", sampling.get("padding_mode"))
        mode = defaults.padding_mode if mode is None else mode
        if mode not in ("border", "zeros"):
            raise ModelError(f"unknown padding_mode {mode!r}: if_net has 'border' and 'zeros'")
        try:
            return IfNet(
                self._layout(name, hyperparameters),
                float(hyperparameters.get("displacement", defaults.displacement)),
                mode,
                int(hyperparameters.get("input_res", defaults.resolution)),
            )
        except (TypeError, ValueError, RuntimeError) as error:
            raise ModelError(
                f"could not build the if_net network: {error}; correct the hyper-parameters"
            ) from error

    def recognises(self, state_dict: Mapping[str, Tensor]) -> bool:
        """Whether the keys look like this family's."""
        return "conv_1_1.weight" in state_dict and "fc_out.weight" in state_dict

    def infer(self, state_dict: Mapping[str, Tensor]) -> Inference:
        """Hyper-parameters of the network that a state dict belongs to; see `Inference`."""
        if not self.recognises(state_dict):
            raise ModelError(
                "the checkpoint's keys are not those of an Implicit Feature Network: "
                "choose the family that it was trained as"
            )
        layout = layout_of(state_dict)
        if not layout.stem:
            name = "ShapeNet32Vox"
        else:
            name = "SVR" if layout.sees_coordinates else "ShapeNetPoints"
        hidden_dim = layout.hidden[-1]
        # The class alone decides the rest, so that a person who corrects it has corrected all.
        found: dict[str, Any] = {"class": name, "hidden_dim": hidden_dim}
        if layout != published_layout(name, hidden_dim):
            found |= {
                "stem": layout.stem,
                "stages": [list(stage) for stage in layout.stages],
                "hidden": list(layout.hidden),
                "concat_point_coords": layout.sees_coordinates,
            }
        return Inference(found, ("class",) if name == "ShapeNetPoints" else ())

    def input_spec(self, hyperparameters: Hyperparameters) -> InputSpec:
        """Points or voxels in the unit cube, as in the paper without a margin around it.

        Outside the cube features are those of its border: what touches a face goes on there.
        """
        defaults = _DEFAULTS[self._class(hyperparameters)]
        kind = str(hyperparameters.get("input_kind", defaults.input_kind))
        resolution = int(hyperparameters.get("input_res", defaults.resolution))
        if kind in _POINT_KINDS:
            return InputSpec("points", box_side=1.0)
        return InputSpec("voxels", box_side=1.0, resolution=resolution)

    def _class(self, hyperparameters: Hyperparameters) -> str:
        name = str(hyperparameters.get("class", "ShapeNetPoints"))
        if name not in CLASSES:
            raise ModelError(f"unknown class {name!r}: if_net has {', '.join(CLASSES)}")
        return name

    def _layout(self, name: str, hyperparameters: Hyperparameters) -> IfNetLayout:
        if "stages" not in hyperparameters:
            return published_layout(name, int(hyperparameters.get("hidden_dim", 256)))
        stages = tuple((str(n), int(a), int(b)) for n, a, b in hyperparameters["stages"])
        return IfNetLayout(
            int(hyperparameters.get("stem", 0)),
            stages,
            tuple(int(width) for width in hyperparameters["hidden"]),
            bool(hyperparameters.get("concat_point_coords", False)),
        )


FAMILY: Final = IfNetFamily()
"""The entry point `if_net = occstudio.networks.if_net:FAMILY`."""
