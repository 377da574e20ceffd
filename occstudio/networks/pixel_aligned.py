"""Occupancy from where a point is seen in a photo: what pixels say of the space behind them.

A code of a whole shape is recognised or it is not: furniture that no training shape is like comes
out as something else. What is seen at a pixel, an edge of a seat, half-way up a leg, is alike for
all furniture. So a point is projected into the photo and answered from the features found there
and its depth (Saito et al., PIFu, 2019; Xu et al., DISN, 2019). Most furniture has two like halves:
what is seen of the mirrored point is given, too (Xu et al., Ladybird, 2020). The camera must be
known for that; the same features tell it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.photo_encoder import AZIMUTHS
from occstudio.networks.photo_projection import projected
from occstudio.networks.photo_trunk import PhotoTrunk

_OCTAVES = 3
_SUMMARY_CELLS = 4  # along a side, of the coarsest map as the summary sees it
_USUAL_DISTANCE = 0.8  # natural logarithm


@dataclass(frozen=True, slots=True, eq=False)
class PixelFeatures:
    """What was found in B photos.

    Attributes
    ----------
    photos : (B, 4, H, W)
    fine : (B, C, H/2, W/2)
    summary : (B, hidden)
        Of each photo as a whole.
    azimuths : (B, AZIMUTHS)
        Logits of the directions in which the camera stands.
    poses : (B, 3)
        The camera's elevation and roll in radians, and the logarithm of its distance.
    frames : (B, 3)
        The logarithm of how large a unit at the middle of the cube is seen, in sides of the
        photo, and where the middle is seen, from the middle of the photo.
    """

    photos: Tensor
    fine: Tensor
    summary: Tensor
    azimuths: Tensor
    poses: Tensor
    frames: Tensor


class PixelAlignedOccupancy(nn.Module):
    """Photos (B, 4, H, W), cameras (B, 7) and points (B, T, 3) -> logits (B, T), positive inside.

    Parameters
    ----------
    widths : sequence of int
        Of the trunk; see `PhotoTrunk`.
    width, fine : int
        Channels in which the maps of all scales are added (Lin et al., Feature pyramid networks,
        2017), and of the one that points look into.
    hidden : int
        Length of a photo's summary.
    width_points, blocks : int
        Of the layers that answer points.
    """

    def __init__(
        self,
        widths: Sequence[int] = (48, 96, 192, 256),
        width: int = 48,
        fine: int = 32,
        hidden: int = 384,
        width_points: int = 128,
        blocks: int = 4,
    ) -> None:
        super().__init__()
        self.trunk = PhotoTrunk(widths)
        scales = self.trunk.widths
        self.enter = nn.ModuleList(nn.Conv2d(one, width, 1) for one in scales)
        self.mix = nn.ModuleList(
            nn.Conv2d(width, width if number else fine, 3, padding=1)
            for number in range(len(scales))
        )
        self.fc_0 = nn.Linear(_SUMMARY_CELLS**2 * scales[-1], hidden)
        self.fc_azimuth = nn.Linear(hidden, AZIMUTHS)
        self.fc_hidden = nn.Linear(hidden, 128)
        self.fc_out_pose = nn.Linear(128, 6)
        # Twice: features, colours, depth, and whether it is beside the photo. Then the place.
        self.fc_pos = nn.Linear(2 * (fine + 6) + 4 + 6 * _OCTAVES, width_points)
        self.fc_photo = nn.Linear(hidden + 5, width_points)
        self.blocks = nn.ModuleList(
            nn.ModuleList(nn.Linear(width_points, width_points) for _ in range(2))
            for _ in range(blocks)
        )
        self.fc_out = nn.Linear(width_points, 1)

    def look(self, photos: Tensor) -> PixelFeatures:
        """Look at photos (B, 4, H, W) once, for any number of points."""
        maps = self.trunk.maps(photos)
        coarse = functional.adaptive_avg_pool2d(maps[-1], _SUMMARY_CELLS)
        summary = functional.relu(self.fc_0(coarse.flatten(1)))
        seen: Tensor | None = None
        layers = list(zip(self.enter, self.mix, maps, strict=True))
        for number, (enter, mix, one) in reversed(list(enumerate(layers))):
            here = cast("Tensor", enter(one))
            if seen is not None:
                here = here + functional.interpolate(seen, size=here.shape[-2:], mode="bilinear")
            seen = cast("Tensor", mix(functional.relu(here)))
            if number:
                seen = functional.relu(seen)
        assert seen is not None
        poses = self.fc_out_pose(functional.relu(self.fc_hidden(summary)))
        return PixelFeatures(
            photos, seen, summary, self.fc_azimuth(summary), poses[:, :3], poses[:, 3:]
        )

    def occupancy(self, seen: PixelFeatures, cameras: Tensor, points: Tensor) -> Tensor:
        """Logits (B, T) of points (B, T, 3) in photos that cameras (B, 7) took."""
        # Places in a photo need all their digits.
        with torch.autocast(points.device.type, enabled=False):
            fine, pictures = seen.fine.float(), 2 * seen.photos - 1
            parts = [*_place(points)]
            for one in (points, points * points.new_tensor([-1, 1, 1])):
                places, depths = projected(cameras, one)
                grid = (2 * places - 1).unsqueeze(2)
                beside = ((places - 0.5).abs().amax(-1) > 0.5).float()
                parts += [_looked_up(fine, grid), _looked_up(pictures, grid)]
                parts += [depths.unsqueeze(-1), beside.unsqueeze(-1)]
            about = torch.cat((seen.summary.float(), _camera(cameras)), 1)
        net = self.fc_pos(torch.cat(parts, -1)) + self.fc_photo(about).unsqueeze(1)
        for block in self.blocks:
            first, second = cast("nn.ModuleList", block)
            net = net + second(functional.relu(first(functional.relu(net))))
        return self.fc_out(functional.relu(net)).squeeze(-1).float()

    def forward(self, photos: Tensor, cameras: Tensor, points: Tensor) -> Tensor:
        return self.occupancy(self.look(photos), cameras, points)


def _looked_up(maps: Tensor, grid: Tensor) -> Tensor:
    found = functional.grid_sample(maps, grid, padding_mode="border", align_corners=False)
    return found.squeeze(-1).transpose(1, 2)


def _place(points: Tensor) -> list[Tensor]:
    """Points as they are, how far from the mirror, and as waves."""
    waves = [2**octave * math.pi * points for octave in range(_OCTAVES)]
    return [
        points,
        points[..., :1].abs(),
        *(part for one in waves for part in (one.sin(), one.cos())),
    ]


def _camera(cameras: Tensor) -> Tensor:
    azimuth, elevation, roll, distance = cameras[:, :4].unbind(1)
    return torch.stack(
        (azimuth.sin(), azimuth.cos(), elevation, roll, distance - _USUAL_DISTANCE), 1
    )
