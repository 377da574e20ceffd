"""What the pixels of one photo say, without any shape in mind: the camera, and where it is solid.

Every photo is looked at twice, as it is and in a mirror; what is said of both is averaged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from occstudio.inference.photo_camera import Pose
from occstudio.networks.photo_projection import NEAREST, mirrored
from occstudio.networks.pixel_aligned import PixelAlignedOccupancy, PixelFeatures
from occstudio.networks.shape_space import ShapeSpace
from occstudio.shapes.arrays import Points


@dataclass(frozen=True, slots=True, eq=False)
class PhotoEvidence:
    """See above; from a network's `PixelAlignedOccupancy`.

    Attributes
    ----------
    directions : (AZIMUTHS,) float32
        Chances of where the camera stands.
    pose : Pose
        The camera, but for its azimuth.
    """

    directions: NDArray[np.float32]
    pose: Pose
    _network: PixelAlignedOccupancy
    _seen: PixelFeatures
    _turned: PixelFeatures

    @classmethod
    def of(cls, network: ShapeSpace, inputs: NDArray[np.float32]) -> PhotoEvidence | None:
        """From a photo (4, S, S) as the network sees it; None if it does not look at pixels."""
        pixels = network.pixels
        if pixels is None:
            return None
        photo = torch.from_numpy(inputs)[None].to(next(pixels.parameters()).device)
        with torch.no_grad():
            seen, turned = pixels.look(photo), pixels.look(photo.flip(3))
        there, back = seen.azimuths[0].float().softmax(0), turned.azimuths[0].float().softmax(0)
        # Direction k of a mirrored photo is direction -k.
        directions = (there + back.roll(-1).flip(0)) / 2
        # Roll, and the place across, are the other way round in a mirror: both second of three.
        turn = photo.new_tensor([1, -1, 1])
        elevation, roll, distance = ((seen.poses + turned.poses * turn) / 2)[0].tolist()
        scale, across, down = ((seen.frames + turned.frames * turn) / 2)[0].tolist()
        away = max(float(np.exp(distance)), NEAREST)
        focal, centre = float(np.exp(scale)) * away, (0.5 + across, 0.5 + down)
        pose = Pose(0.0, elevation, roll, away, focal, centre)
        return cls(directions.cpu().numpy(), pose, pixels, seen, turned)

    @torch.no_grad()
    def logits(self, camera: Tensor, points: Tensor) -> Tensor:
        """Logits (T,) of points (T, 3), positive inside, if this camera (7,) took the photo."""
        flip = points.new_tensor([-1, 1, 1])
        straight = self._network.occupancy(self._seen, camera[None], points[None])
        back = self._network.occupancy(self._turned, mirrored(camera)[None], (points * flip)[None])
        return ((straight + back) / 2)[0]

    def chances(self, camera: Tensor, points: Points) -> NDArray[np.float32]:
        """The same as chances (n,) of points (n, 3) in memory."""
        device = self._seen.photos.device
        logits = self.logits(camera.to(device), torch.from_numpy(points).to(device))
        return logits.sigmoid().cpu().numpy()
