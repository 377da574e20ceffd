"""How many shapes per second a training step of the convolutional occupancy networks takes in.

Run as `python tests/benchmarks/benchmark_training_step.py --threads 2 a b c d`. One step is encode,
decode, loss, backward and AdamW on a batch of 16 shapes of 3000 points and 2048 queries, under
bfloat16 autocast. Each case is also run with the same weights through scatter, gather and
grid_sample, one U-Net call per plane.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn
from torch.nn import functional

from occstudio.networks.conv_onet import FAMILY

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.networks.plain_reference import PlainNetwork

_PLANES = ["xz", "xy", "yz"]


def _planes(resolution: int, depth: int, start_filts: int) -> dict[str, Any]:
    unet = {"depth": depth, "merge_mode": "concat", "start_filts": start_filts}
    return {
        "plane_type": _PLANES,
        "plane_resolution": resolution,
        "unet": True,
        "unet_kwargs": unet,
    }


def _grid(f_maps: int) -> dict[str, Any]:
    unet3d = {"num_levels": 3, "f_maps": f_maps, "in_channels": 32, "out_channels": 32}
    return {
        "plane_type": ["grid"],
        "grid_resolution": 32,
        "unet3d": True,
        "unet3d_kwargs": unet3d,
    }


CASES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "a": ("3 planes of 64, U-Net depth 4 from 32", _planes(64, 4, 32)),
    "b": ("3 planes of 128, U-Net depth 5 from 16", _planes(128, 5, 16)),
    "c": (
        "grid of 32 from 16 + 3 planes of 64 from 32",
        _grid(16) | _planes(64, 4, 32) | {"plane_type": ["grid", *_PLANES]},
    ),
    "d": ("grid of 32, 3-D U-Net from 32", _grid(32)),
}


def hyperparameters(case: str) -> dict[str, Any]:
    """Flat hyper-parameters of a benchmark case."""
    return {
        "encoder": "pointnet_local_pool",
        "encoder_kwargs": {"hidden_dim": 32, **CASES[case][1]},
        "decoder": "simple_local",
        "decoder_kwargs": {"hidden_size": 32},
        "c_dim": 32,
        "padding": 0.1,
    }


def measure(network: nn.Module, batch: int, seconds: float) -> float:
    """Shapes per second of whole training steps, from the fastest step within `seconds`."""
    generator = torch.Generator().manual_seed(0)
    points = surface_points(batch, 3000, generator)
    queries = torch.rand(batch, 2048, 3, generator=generator) * 1.1 - 0.55
    inside = (torch.rand(batch, 2048, generator=generator) < 0.3).float()
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4, fused=True)
    times: list[float] = []
    begin = time.perf_counter()
    while len(times) < 3 or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(points, queries)
        loss = functional.binary_cross_entropy_with_logits(logits.float(), inside)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        times.append(time.perf_counter() - start)
    return batch / min(times)


def surface_points(batch: int, count: int, generator: torch.Generator) -> torch.Tensor:
    """Noisy points on boxes of random proportions: cells are as crowded as on real furniture."""
    half = 0.15 + 0.35 * torch.rand(batch, 1, 3, generator=generator)
    points = (torch.rand(batch, count, 3, generator=generator) * 2 - 1) * half
    axis = torch.randint(0, 3, (batch, count, 1), generator=generator)
    side = torch.randint(0, 2, (batch, count, 1), generator=generator) * 2.0 - 1.0
    points.scatter_(2, axis, side * half.expand_as(points).gather(2, axis))
    return points + 0.005 * torch.randn(points.shape, generator=generator)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", default=list(CASES))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10.0)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    for case in arguments.cases:
        torch.manual_seed(0)
        network = FAMILY.build(hyperparameters(case))
        rate = measure(network, arguments.batch, arguments.seconds)
        plain = measure(PlainNetwork(network), arguments.batch, arguments.seconds)
        print(
            f"{case} {CASES[case][0]:45s} {rate:6.1f} shapes/s, plainly {plain:6.1f}: "
            f"{rate / plain:.2f} times faster ({arguments.threads} threads)"
        )


if __name__ == "__main__":
    main()
