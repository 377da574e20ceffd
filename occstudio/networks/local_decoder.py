"""From feature maps and query points to occupancy logits.

The features of all maps are interpolated at the query, summed, and fed into every block of a small
residual network beside the coordinates. `MomentDecoder`, our own, also sees the scan itself around
the query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.local_moments import DESCRIPTORS, describe_at
from occstudio.networks.map_sampling import SampleMode, sample_maps
from occstudio.networks.prepared_decoder import Look, PreparedDecoder, SlopedDecoder
from occstudio.networks.prepared_moments import PreparedMoments
from occstudio.networks.residual_block import ResnetBlockFC, linear_float32


class LocalDecoder(nn.Module):
    """Decoder of queries (B, T, 3) and feature maps into logits (B, T).

    Parameters
    ----------
    c_dim, hidden_size : int
        Channels of the maps and of the network.
    n_blocks : int
    leaky : bool
        Leaky ReLU before the last layer; the blocks always use ReLU.
    sample_mode : {'bilinear', 'nearest'}
        How the maps are interpolated; bilinear is trilinear in the grid.
    padding : float
        That of the encoder.
    """

    def __init__(
        self,
        c_dim: int = 32,
        hidden_size: int = 256,
        n_blocks: int = 5,
        leaky: bool = False,
        sample_mode: SampleMode = "bilinear",
        padding: float = 0.1,
    ) -> None:
        super().__init__()
        self.leaky = leaky
        self.sample_mode: SampleMode = sample_mode
        self.padding = padding
        self.fc_c = nn.ModuleList(nn.Linear(c_dim, hidden_size) for _ in range(n_blocks))
        self.fc_p = nn.Linear(3, hidden_size)
        self.blocks = nn.ModuleList(ResnetBlockFC(hidden_size) for _ in range(n_blocks))
        self.fc_out = nn.Linear(hidden_size, 1)

    def forward(self, points: Tensor, features: Mapping[str, Tensor]) -> Tensor:
        net = linear_float32(self.fc_p, points)  # (B, T, H)
        condition = self.condition(points, features)  # (B, T, C)
        for number, block in enumerate(self.blocks):
            net = block(net + self.fc_c[number](condition))
        active = functional.leaky_relu(net, 0.2) if self.leaky else functional.relu(net)
        return linear_float32(self.fc_out, active).squeeze(-1)  # (B, T)

    def condition(self, points: Tensor, features: Mapping[str, Tensor]) -> Tensor:
        """What the blocks are told of the points: (B, T, 3) -> (B, T, C)."""
        return sample_maps(points, features, self.padding, self.sample_mode)

    def prepare(self, features: Mapping[str, Tensor]) -> PreparedDecoder:
        """The field of one shape, for evaluation at many points without gradients.

        Parameters
        ----------
        features : mapping of str to Tensor
            Of a batch of one.
        """
        return self._prepared(features)

    def _prepared(
        self, features: Mapping[str, Tensor], look: Look | None = None
    ) -> PreparedDecoder:
        kind = SlopedDecoder if look is None else PreparedDecoder
        return kind(
            features,
            look=look,
            fc_p=self.fc_p,
            fc_c=list(self.fc_c),
            blocks=list(self.blocks),
            fc_out=self.fc_out,
            leaky=self.leaky,
            sample_mode=self.sample_mode,
            padding=self.padding,
        )


class MomentDecoder(LocalDecoder):
    """A `LocalDecoder` that also sees the scan around the query (`local_moments`).

    Parameters
    ----------
    c_dim : int
        Channels of the maps.
    moment_resolutions : sequence of int
        Nodes along an axis of the lattices of moments, one for each scale.
    moment_dim : int
        Channels that describe the scan, beside those of the maps.
    **kwargs
        As for `LocalDecoder`.
    """

    def __init__(
        self,
        c_dim: int = 32,
        moment_resolutions: Sequence[int] = (16, 32, 64),
        moment_dim: int = 32,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(c_dim=c_dim + moment_dim, **kwargs)
        self.moment_resolutions = tuple(moment_resolutions)
        self.fc_m_0 = nn.Linear(DESCRIPTORS * len(self.moment_resolutions), 2 * moment_dim)
        self.fc_m_1 = nn.Linear(2 * moment_dim, moment_dim)

    def condition(self, points: Tensor, features: Mapping[str, Tensor]) -> Tensor:
        around = describe_at(points, features, self.moment_resolutions, self.padding)
        hidden = functional.relu(linear_float32(self.fc_m_0, around.t()))
        scan = functional.relu(self.fc_m_1(hidden)).view(*points.shape[:2], -1)
        return torch.cat((super().condition(points, features), scan), -1)

    def prepare(self, features: Mapping[str, Tensor]) -> PreparedDecoder:
        return self._prepared(
            features,
            PreparedMoments(
                features,
                self.moment_resolutions,
                self.padding,
                first=self.fc_m_0,
                second=self.fc_m_1,
            ),
        )
