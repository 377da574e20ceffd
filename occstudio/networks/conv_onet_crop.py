"""Convolutional Occupancy Networks for scenes of any size, which see a window at a time.

The same layers as in `conv_onet`, but all a point's coordinates say is where it lies within its
voxel, so that the network gives the same answer wherever a window is put (by whole voxels). Their
state dicts differ from those of the others only in the order of the keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.errors import ModelError
from occstudio.networks.crop_scene import CropScene
from occstudio.networks.crop_windows import Crops, CropSizes, inside_window, window_coordinates
from occstudio.networks.feature_maps import build_maps
from occstudio.networks.local_coordinates import LocalCoordinates
from occstudio.networks.local_pooling import cells_at, pool_local
from occstudio.networks.map_sampling import SampleMode, sample_maps_at
from occstudio.networks.occupancy_network import BOX, PreparedField, field_in_batches
from occstudio.networks.plane_coordinates import MAP_ORDER, PLANE_AXES
from occstudio.networks.residual_block import ResnetBlockFC, linear_float32

POINTS: Final = "points"
WINDOW: Final = "window"
_BELOW_ONE: Final = 1 - 2**-24


class CropPointEncoder(nn.Module):
    """Encoder of the points in a window into feature maps.

    Parameters
    ----------
    local : LocalCoordinates
        What it sees of a point.
    resolution : int
        Voxels along the side of the window, and cells along an axis of the maps.
    c_dim, hidden_dim, maps, n_blocks, scatter_type, unet, unet3d
        As in `LocalPoolPointnet`.
    """

    def __init__(
        self,
        local: LocalCoordinates,
        resolution: int,
        c_dim: int = 32,
        hidden_dim: int = 32,
        maps: Sequence[str] = ("grid",),
        n_blocks: int = 5,
        scatter_type: Literal["max", "mean"] = "max",
        unet: nn.Module | None = None,
        unet3d: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.local, self.resolution, self.c_dim = local, resolution, c_dim
        self.maps = tuple(name for name in MAP_ORDER if name in maps)
        self.scatter_type: Literal["max", "mean"] = scatter_type
        self.blocks = nn.ModuleList(
            ResnetBlockFC(2 * hidden_dim, hidden_dim) for _ in range(n_blocks)
        )
        self.fc_c = nn.Linear(hidden_dim, c_dim)
        self.unet = unet
        self.unet3d = unet3d
        self.fc_pos = nn.Linear(local.width, 2 * hidden_dim)

    def forward(self, points: Tensor, window: Tensor) -> dict[str, Tensor]:
        """Feature maps of those points (N, 3) that lie in the window (2, 3), batch of one."""
        points = points[inside_window(points, window)]
        if not len(points):
            return self._nothing(points)
        coordinates = window_coordinates(points, window).clamp(0, _BELOW_ONE)
        cells = {
            name: cells_at(on_map(coordinates, name)[None], self.resolution) for name in self.maps
        }
        net = linear_float32(self.fc_pos, self.local(points[None]))  # (1, N, 2 * hidden)
        for number, block in enumerate(self.blocks):
            if number:
                pooled = pool_local(net, tuple(cells.values()), self.scatter_type)
                net = torch.cat((net, pooled), -1)
            net = block(net)
        return build_maps(self.fc_c(net), cells, self.unet, self.unet3d)

    def _nothing(self, points: Tensor) -> dict[str, Tensor]:
        """The maps of an empty window: what the U-Nets make of zeros."""
        maps: dict[str, Tensor] = {}
        for name in self.maps:
            size = (self.resolution,) * (3 if name == "grid" else 2)
            empty = points.new_zeros(1, self.c_dim, *size)
            refine = self.unet3d if name == "grid" else self.unet
            maps[name] = empty if refine is None else refine(empty)
        return maps


class CropDecoder(nn.Module):
    """Decoder of queries and the feature maps of their window.

    Parameters
    ----------
    local : LocalCoordinates
        What it sees of a query.
    c_dim, hidden_size, n_blocks, leaky, sample_mode
        As in `LocalDecoder`.
    """

    def __init__(
        self,
        local: LocalCoordinates,
        c_dim: int = 32,
        hidden_size: int = 256,
        n_blocks: int = 5,
        leaky: bool = False,
        sample_mode: SampleMode = "bilinear",
    ) -> None:
        super().__init__()
        self.local, self.leaky = local, leaky
        self.sample_mode: SampleMode = sample_mode
        self.fc_c = nn.ModuleList(nn.Linear(c_dim, hidden_size) for _ in range(n_blocks))
        self.fc_out = nn.Linear(hidden_size, 1)
        self.blocks = nn.ModuleList(ResnetBlockFC(hidden_size) for _ in range(n_blocks))
        self.fc_p = nn.Linear(local.width, hidden_size)

    def sample(self, coordinates: Tensor, features: Mapping[str, Tensor]) -> Tensor:
        """Sum of the maps' features at window coordinates (B, T, 3): (B, T, C)."""
        inside = coordinates.float().clamp(0, 1)
        where = {name: on_map(inside, name) for name in MAP_ORDER if name in features}
        return sample_maps_at(where, features, self.sample_mode)

    def forward(self, points: Tensor, condition: Tensor) -> Tensor:
        """Logits (...) of points (..., 3) with the features (..., C) of their place."""
        net = linear_float32(self.fc_p, self.local(points))
        for number, block in enumerate(self.blocks):
            net = block(net + self.fc_c[number](condition))
        active = functional.leaky_relu(net, 0.2) if self.leaky else functional.relu(net)
        return linear_float32(self.fc_out, active).squeeze(-1)


class CropConvOccupancyNetwork(nn.Module):
    """Encoder and decoder, under the papers' keys, with the sizes of crops and windows.

    Parameters
    ----------
    encoder : CropPointEncoder
    decoder : CropDecoder
    sizes : CropSizes
    """

    def __init__(self, encoder: CropPointEncoder, decoder: CropDecoder, sizes: CropSizes) -> None:
        super().__init__()
        self.decoder = decoder
        self.encoder = encoder
        self.sizes = sizes

    def encode(self, inputs: Tensor, window: Tensor | None = None) -> dict[str, Tensor]:
        """The code of scenes: their points, and the box of their crops.

        The crops themselves are encoded when they are first asked for, since a scene's feature
        grids would fill any memory.

        Parameters
        ----------
        inputs : (B, N, 3)
            Points in the scene's units.
        window : (2, 3) or None
            Lower and upper corner of the one window that is wanted; its feature maps are the code
            then.
        """
        if inputs.dim() != 3 or inputs.shape[-1] != 3 or not inputs.shape[1]:
            raise ModelError(f"this network takes points (B, N, 3), not {tuple(inputs.shape)}")
        if window is None:
            corners = [Crops.of_points(scene, self.sizes).corners for scene in inputs]
            boxes = torch.stack([torch.from_numpy(box).float() for box in corners])
            return {POINTS: inputs, BOX: boxes.to(inputs.device)}
        encoded = [self.encoder(scene, window) for scene in inputs]
        code = {name: torch.cat([one[name] for one in encoded]) for name in self.encoder.maps}
        return code | {WINDOW: window[None].expand(len(inputs), -1, -1)}

    def decode(self, points: Tensor, code: Mapping[str, Tensor]) -> Tensor:
        """Logits (B, T) of query points (B, T, 3) in the scene's units, positive inside."""
        if WINDOW not in code:
            scenes = zip(points, code[POINTS], strict=True)
            return torch.stack([self._scene(cloud).logits(asked) for asked, cloud in scenes])
        features = {name: code[name] for name in self.encoder.maps}
        coordinates = torch.stack(
            [window_coordinates(p, w) for p, w in zip(points, code[WINDOW], strict=True)]
        )
        return self.decoder(points, self.decoder.sample(coordinates, features))

    def prepare(self, code: Mapping[str, Tensor]) -> CropScene | PreparedField:
        """The field of one scene, which remembers its crops, or of one window.

        Points (n, 3) -> logits (n,).
        """
        if WINDOW in code:
            return field_in_batches(self, code)
        (points,) = code[POINTS]
        return self._scene(points)

    def _scene(self, points: Tensor) -> CropScene:
        encoder, decoder = self.encoder, self.decoder

        def encode(window: Tensor) -> dict[str, Tensor]:
            return cast("dict[str, Tensor]", encoder(points, window))

        return CropScene(
            encode,
            decoder.sample,
            decoder,
            points=points,
            crops=Crops.of_points(points, self.sizes),
        )

    def forward(self, inputs: Tensor, points: Tensor) -> Tensor:
        return self.decode(points, self.encode(inputs))


def on_map(coordinates: Tensor, name: str) -> Tensor:
    """Window coordinates (..., 3) on the map `name`: (..., 2) on a plane, as they are in the grid.

    Column before row, as in `plane_coordinates`.
    """
    if name == "grid":
        return coordinates
    first, second = PLANE_AXES[name]
    return coordinates[..., first : second + 1 : second - first]
