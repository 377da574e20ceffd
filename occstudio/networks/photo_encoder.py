"""From a cut-out photo to codes: several guesses, each with how likely it is.

A photo does not show the back. One code would have to be the mean of all shapes that fit, which is
none of them; so the network gives a few, and is only asked that one of them be right (multiple
choice learning, Guzmán-Rivera et al. 2012; for point sets Fan et al. 2017). Where the camera stood
is answered beside it, its azimuth as chances over all directions: a table looks alike from behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.photo_relief import ReliefHead

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
    relief : (B, H/4, W/4), optional
        Depths; see `ReliefHead`. None if they were never learned.
    """

    codes: Tensor
    chances: Tensor
    azimuths: Tensor
    poses: Tensor
    relief: Tensor | None = None


class PhotoEncoder(nn.Module):
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
    sees_relief : bool
        Whether it tells depths, too.
    """

    def __init__(
        self,
        code_length: int,
        hypotheses: int = 3,
        widths: Sequence[int] = (48, 96, 192, 256),
        blocks: int = 2,
        hidden: int = 512,
        sees_relief: bool = False,
    ) -> None:
        super().__init__()
        self.code_length, self.hypotheses = code_length, hypotheses
        self.widths = tuple(widths)
        self.conv_in = nn.Conv2d(4, widths[0] // 2, 5, stride=2, padding=2, bias=False)
        self.norm_in = nn.BatchNorm2d(widths[0] // 2)
        layers: list[nn.Module] = []
        for before, after in pairwise((widths[0] // 2, *widths)):
            layers.append(_Block(before, after, stride=2))
            layers += [_Block(after, after) for _ in range(blocks - 1)]
        self.blocks = nn.Sequential(*layers)
        self.relief_head = ReliefHead(widths) if sees_relief else None
        self._scale_ends = [blocks * (n + 1) - 1 for n in range(len(widths))]
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
        maps = self.maps(photos)
        seen = self._summary(maps)
        return PhotoAnswers(
            self.fc_out(seen).view(-1, self.hypotheses, self.code_length),
            self.fc_chances(seen),
            self.fc_azimuth(seen),
            self.fc_pose(seen),
            None if self.relief_head is None else self.relief_head(maps),
        )

    def features(self, photos: Tensor) -> Tensor:
        """What the photos look like, (B, hidden): alike for alike objects."""
        return self._summary(self.maps(photos))

    def maps(self, photos: Tensor) -> list[Tensor]:
        """Feature maps of all scales, from a quarter of the photos' side on."""
        # Colours over white from 0 to 1, and opacity, both about 0.
        net = functional.relu(self.norm_in(self.conv_in(2 * photos - 1)))
        found = list[Tensor]()
        for number, block in enumerate(self.blocks):
            net = block(net)
            if number in self._scale_ends:
                found.append(net)
        return found

    def _summary(self, maps: Sequence[Tensor]) -> Tensor:
        net = functional.adaptive_avg_pool2d(maps[-1], 4)
        return functional.relu(self.fc_0(net.flatten(1)))


class _Block(nn.Module):
    """A residual block of two convolutions (He et al. 2016)."""

    def __init__(self, before: int, after: int, stride: int = 1) -> None:
        super().__init__()
        self.conv_0 = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False)
        self.norm_0 = nn.BatchNorm2d(after)
        self.conv_1 = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.norm_1 = nn.BatchNorm2d(after)
        self.skip = nn.Sequential()
        if stride > 1 or before != after:
            self.skip = nn.Sequential(
                nn.AvgPool2d(stride, ceil_mode=True) if stride > 1 else nn.Identity(),
                nn.Conv2d(before, after, 1, bias=False),
                nn.BatchNorm2d(after),
            )

    def forward(self, x: Tensor) -> Tensor:
        net = functional.relu(self.norm_0(self.conv_0(x)))
        return functional.relu(self.norm_1(self.conv_1(net)) + self.skip(x))


def likeliest(codes: Tensor, chances: Tensor) -> Tensor:
    """Of codes (B, K, L) the one with the best chance, (B, L)."""
    best = chances.argmax(1)
    return codes[torch.arange(len(codes), device=codes.device), best]
