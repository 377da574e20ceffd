"""Points per second of decoders with a global code: plain, prepared, in low precision, gradients.

All in one run, of the widths of the paper's configurations. Seconds are of the processor, the best
of several, divided by the number of threads: on a busy machine only one thread can be measured,
because threads that wait for each other count as busy.

    python -m tests.benchmarks.benchmark_decoding --threads 1
"""

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from occstudio.networks.flow_field import FlowField
from occstudio.networks.occupancy_network import TIME
from occstudio.networks.oflow import FAMILY as FLOW
from occstudio.networks.onet import FAMILY
from occstudio.networks.onet import GlobalOccupancyNetwork as Network

CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "cbatchnorm 256": {"decoder": "cbatchnorm", "c_dim": 512, "z_dim": 0},
    "noresnet 256": {"decoder": "cbatchnorm_noresnet", "c_dim": 512, "z_dim": 0},
    "simple 128": {"decoder": "simple", "c_dim": 512, "z_dim": 128},
}
BATCH = 4096


def plain(network: Network, code: dict[str, Tensor], points: Tensor) -> Tensor:
    """`decode` in batches that stay in the cache."""
    with torch.inference_mode():
        return torch.cat([network.decode(p[None], code)[0] for p in points.split(BATCH)])


def per_second(points: Tensor, ask: Callable[[Tensor], Tensor], times: int = 5) -> float:
    """The best of several runs, in points per second of the processor and thread."""
    seconds = list[float]()
    for _ in range(times):
        began = time.process_time()
        ask(points)
        seconds.append((time.process_time() - began) / torch.get_num_threads())
    return len(points) / min(seconds)


def moving(points: Tensor) -> str:
    """Rates of the paper's moving network at two times, with layers that are not at rest."""
    network = FLOW.build({"encoder_temporal_kwargs": {"hidden_dim": 512}, "decoder": "cbatchnorm"})
    for name, weight in network.vector_field.named_parameters():
        if name.endswith("fc_1.weight"):
            torch.nn.init.normal_(weight, std=0.02)
    code, lines = network.eval().encode(torch.rand(1, 17, 300, 3) - 0.5), list[str]()
    for moment in (0.25, 1.0):
        began = time.process_time()
        field = network.prepare({**code, TIME: torch.tensor([moment])})
        assert isinstance(field, FlowField)
        steered = time.process_time()
        field.rough(points[:1])
        charted = time.process_time()
        exact, rough = per_second(points[:2048], field, 2), per_second(points, field.rough, 2)
        lines.append(
            f"moving 512, time {moment}: {len(field.steps)} steps in {steered - began:.2f} s, "
            f"chart {charted - steered:.2f} s, {exact:,.0f} exact and {rough:,.0f} rough points/s\n"
        )
    return "".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Time the decoders with a global code.")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--points", type=int, default=32_768)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    points, write = torch.rand(arguments.points, 3) - 0.5, sys.stdout.write
    write(
        f"{arguments.threads} threads     plain/s  prepared/s     rough/s  gradient/s  prepare ms\n"
    )
    for name, hyperparameters in CONFIGURATIONS.items():
        network = FAMILY.build({**hyperparameters, "encoder": "pointnet_resnet"}).eval()
        code = network.encode(torch.rand(1, 300, 3) - 0.5)
        network.prepare(code)
        began = time.process_time()
        field = network.prepare(code)
        prepared_ms = 1000 * (time.process_time() - began)
        asked: list[Callable[[Tensor], Tensor]] = [
            lambda p, n=network, c=code: plain(n, c, p),
            field,
            field.rough,
            field.gradient,
        ]
        rates = "".join(f"{per_second(points, ask):12,.0f}" for ask in asked)
        write(f"{name:14s}{rates[3:]}{prepared_ms:12.1f}\n")
        sys.stdout.flush()
    write(moving(points))


if __name__ == "__main__":
    main()
