"""The decoders with a global code written down plainly, in float64, from their state dicts.

One shape at a time: points (T, dim), z (Z,), c (C,). For comparing with the modules, whose golden
files cover two of the five.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

State = dict[str, Tensor]


def plain_logits(
    decoder: str, state: State, points: Tensor, z: Tensor, c: Tensor, leaky: bool
) -> Tensor:
    """Logits (T,) by the decoder of this name, from keys without the prefix ``decoder.``."""
    net = _Net({key: value.double() for key, value in state.items()}, c.double(), leaky)
    p, latent = points.double(), z.double()
    if decoder == "cbatchnorm2":
        if len(z):
            net.c = net.c + net.linear("fc_z", latent)
        x = net.linear("conv_p", p)
        for index in range(len({key.split(".")[1] for key in state if key.startswith("blocks.")})):
            x = net.block(f"blocks.{index}", x, net.conditional)
        return net.linear("conv_out", net.conditional("bn", x).relu())[:, 0]
    x = net.linear("fc_p", p)
    if len(z):
        x = x + net.linear("fc_z", latent)
    if decoder == "cbatchnorm_noresnet":
        for index in range(5):
            x = net.linear(f"fc_{index}", net.last(net.conditional(f"bn_{index}", x)))
        return net.linear("fc_out", net.last(net.conditional("bn_5", x)))[:, 0]
    norms = {"cbatchnorm": net.conditional, "batchnorm": net.ordinary, "simple": net.nothing}
    if decoder != "cbatchnorm" and len(c):
        x = x + net.linear("fc_c", net.c)
    for index in range(5):
        x = net.block(f"block{index}", x, norms[decoder])
    return net.linear("fc_out", net.last(norms[decoder]("bn", x)))[:, 0]


class _Net:
    """Layers by name."""

    def __init__(self, state: State, c: Tensor, leaky: bool) -> None:
        self.state, self.c, self.leaky = state, c, leaky

    def linear(self, name: str, x: Tensor) -> Tensor:
        weight = self.state[f"{name}.weight"]
        return x @ weight.reshape(weight.shape[0], -1).T + self.state[f"{name}.bias"]

    def last(self, x: Tensor) -> Tensor:
        return torch.where(x > 0, x, 0.2 * x) if self.leaky else x.relu()

    def nothing(self, name: str, x: Tensor) -> Tensor:
        return x

    def statistics(self, name: str, x: Tensor) -> Tensor:
        mean, variance = self.state[f"{name}.running_mean"], self.state[f"{name}.running_var"]
        return (x - mean) / (variance + 1e-5).sqrt()

    def ordinary(self, name: str, x: Tensor) -> Tensor:
        return self.statistics(name, x) * self.state[f"{name}.weight"] + self.state[f"{name}.bias"]

    def conditional(self, name: str, x: Tensor) -> Tensor:
        kind = "fc" if f"{name}.fc_gamma.weight" in self.state else "conv"
        gamma = self.linear(f"{name}.{kind}_gamma", self.c)
        beta = self.linear(f"{name}.{kind}_beta", self.c)
        return gamma * self.statistics(f"{name}.bn", x) + beta

    def block(self, name: str, x: Tensor, norm: Callable[[str, Tensor], Tensor]) -> Tensor:
        hidden = self.linear(f"{name}.fc_0", norm(f"{name}.bn_0", x).relu())
        return x + self.linear(f"{name}.fc_1", norm(f"{name}.bn_1", hidden).relu())
