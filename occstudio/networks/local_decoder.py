"""From feature maps and query points to occupancy logits.

The features of all maps are interpolated at the query, summed, and fed into every block of a small
residual network beside the coordinates.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.map_sampling import SampleMode, sample_maps
from occstudio.networks.prepared_decoder import PreparedDecoder
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
        condition = self.sample(points, features)  # (B, T, C)
        for number, block in enumerate(self.blocks):
            net = block(net + self.fc_c[number](condition))
        active = functional.leaky_relu(net, 0.2) if self.leaky else functional.relu(net)
        return linear_float32(self.fc_out, active).squeeze(-1)  # (B, T)

    def sample(self, points: Tensor, features: Mapping[str, Tensor]) -> Tensor:
        """Sum of the maps' features at the points: (B, T, 3) -> (B, T, C)."""
        return sample_maps(points, features, self.padding, self.sample_mode)

    def prepare(self, features: Mapping[str, Tensor]) -> PreparedDecoder:
        """The field of one shape, for evaluation at many points without gradients.

        Parameters
        ----------
        features : mapping of str to Tensor
            Of a batch of one.
        """
        return PreparedDecoder(
            features,
            fc_p=self.fc_p,
            fc_c=list(self.fc_c),
            blocks=list(self.blocks),
            fc_out=self.fc_out,
            leaky=self.leaky,
            sample_mode=self.sample_mode,
            padding=self.padding,
        )
