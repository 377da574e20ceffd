"""Where points of a model's cube are seen by the camera of a photo, differentiable.

A camera is seven numbers: its azimuth, elevation and roll (radians), the logarithm of its distance
from the middle of the cube, that of its focal length, and where the middle is seen (2); lengths in
the photo are in sides of the square that the network sees. `photo_camera.Pose` says more.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

NEAREST: Final = 1.15
"""Least distance of the camera from the middle of the cube."""

_STEEPEST: Final = 1.5  # elevation
_BEFORE: Final = 0.1  # least depth that is divided by


def turned(numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Rotations (..., 3, 3) into the axes of cameras (..., 7), and where they stand (..., 3)."""
    azimuth, roll = numbers[..., 0], numbers[..., 2]
    elevation = numbers[..., 1].clamp(-_STEEPEST, _STEEPEST)
    sin_a, cos_a = azimuth.sin(), azimuth.cos()
    sin_e, cos_e = elevation.sin(), elevation.cos()
    outward = torch.stack((sin_a * cos_e, sin_e, cos_a * cos_e), -1)
    right = torch.stack((cos_a, torch.zeros_like(cos_a), -sin_a), -1)
    down = torch.stack((sin_a * sin_e, -cos_e, cos_a * sin_e), -1)
    sin_r, cos_r = roll.sin().unsqueeze(-1), roll.cos().unsqueeze(-1)
    rotation = torch.stack(
        (cos_r * right - sin_r * down, sin_r * right + cos_r * down, -outward), -2
    )
    return rotation, distances(numbers).unsqueeze(-1) * outward


def distances(numbers: Tensor) -> Tensor:
    """Of cameras (..., 7) from the middle of the cube, (...)."""
    return numbers[..., 3].exp().clamp_min(NEAREST)


def projected(numbers: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
    """Where cameras (B, 7) see points (B, T, 3), and how deep.

    Returns
    -------
    places : (B, T, 2)
        In sides of the square, from its left upper corner.
    depths : (B, T)
        Along the camera's axis, beyond the middle of the cube.
    """
    rotation, eye = turned(numbers)
    inside = (points - eye.unsqueeze(1)) @ rotation.transpose(1, 2)
    depth = inside[..., 2]
    focal = numbers[:, 4].exp().view(-1, 1, 1)
    places = focal * inside[..., :2] / depth.clamp_min(_BEFORE).unsqueeze(-1)
    return places + numbers[:, None, 5:7], depth - distances(numbers).unsqueeze(1)


def mirrored(numbers: Tensor) -> Tensor:
    """The cameras (..., 7) of the same photos with left and right exchanged."""
    sign = numbers.new_tensor([-1, 1, -1, 1, 1, -1, 1])
    return numbers * sign + numbers.new_tensor([0, 0, 0, 0, 0, 1, 0])
