"""From a cut-out photo to codes: several guesses, each with how likely it is.

A photo does not show the back. One code would have to be the mean of all shapes that fit, which is
none of them; so the network gives a few, and is only asked that one of them be right (multiple
choice learning, Guzmán-Rivera et al. 2012; for point sets Fan et al. 2017). Where the camera stood
is answered beside it, its azimuth as chances over all directions: a table looks alike from behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.photo_trunk import PhotoTrunk

AZIMUTHS: Final = 36
"""Directions round the object that the camera may stand in; number 0 is in front, 9 at +X."""


@dataclass(frozen=True, slots=True, eq=False)
class PhotoAnswers:
    """All that a photo encoder says of B photos.

    Attributes
    ----------
    codes : (B, K, L)
    chances : (B, K)
        Logits of the codes.
    azimuths : (B, AZIMUTHS)
        Logits of the directions in which the camera stands.
    poses : (B, 3)
        The camera's elevation and roll in radians, and the logarithm of its distance from the
        middle of the object, whose longest side is 1.
    """

    codes: Tensor
    chances: Tensor
    azimuths: Tensor
    poses: Tensor


class PhotoEncoder(PhotoTrunk):
    """Photos (B, 4, H, W) -> codes (B, K, code_length) and the logits of their chances (B, K).

    Parameters
    ----------
    code_length : int
    hypotheses : int
        K.
    widths : sequence of int
        Channels at a quarter, an eighth, ... of the photo's side.
    blocks : int
        Residual blocks at each of them.
    hidden : int
        Width of the layer that sees the whole photo.
    """

    def __init__(
        self,
        code_length: int,
        hypotheses: int = 3,
        widths: Sequence[int] = (48, 96, 192, 256),
        blocks: int = 2,
        hidden: int = 512,
    ) -> None:
        super().__init__(widths, blocks)
        self.code_length, self.hypotheses = code_length, hypotheses
        self.fc_0 = nn.Linear(16 * widths[-1], hidden)
        self.fc_out = nn.Linear(hidden, hypotheses * code_length)
        self.fc_chances = nn.Linear(hidden, hypotheses)
        self.fc_azimuth = nn.Linear(hidden, AZIMUTHS)
        self.fc_pose = nn.Linear(hidden, 3)

    def forward(self, photos: Tensor) -> tuple[Tensor, Tensor]:
        answers = self.answers(photos)
        return answers.codes, answers.chances

    def answers(self, photos: Tensor) -> PhotoAnswers:
        """The codes and the camera of photos (B, 4, H, W)."""
        seen = self.features(photos)
        return PhotoAnswers(
            self.fc_out(seen).view(-1, self.hypotheses, self.code_length),
            self.fc_chances(seen),
            self.fc_azimuth(seen),
            self.fc_pose(seen),
        )

    def features(self, photos: Tensor) -> Tensor:
        """What the photos look like, (B, hidden): alike for alike objects."""
        coarse = functional.adaptive_avg_pool2d(self.maps(photos)[-1], 4)
        return functional.relu(self.fc_0(coarse.flatten(1)))


def likeliest(codes: Tensor, chances: Tensor) -> Tensor:
    """Of codes (B, K, L) the one with the best chance, (B, L)."""
    best = chances.argmax(1)
    return codes[torch.arange(len(codes), device=codes.device), best]
