"""Train IF-Net's ShapeNet32Vox on furniture of boxes, then reconstruct unseen pieces from voxels.

Run as `python tests/benchmarks/benchmark_if_net.py out/if_net --steps 400`. Prints IoU beside
that of the voxels themselves, and what an extraction costs. With `--speed` nothing is trained: the
published widths of `ShapeNetPoints` are filled with random weights and timed.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from occstudio.cli.picture import side_by_side
from occstudio.extraction.surface import extract_surface
from occstudio.inference.checkpoint import read_checkpoint
from occstudio.inference.predictor import NeuralModel
from occstudio.networks.if_net import FAMILY, IfNet
from occstudio.shapes.frame import Frame
from occstudio.shapes.point_cloud import PointCloud

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.benchmarks.box_furniture import KINDS, BoxFurniture, furniture

NARROW = {
    "class": "ShapeNet32Vox",
    "stages": [["1", 4, 8], ["2", 16, 16], ["3", 16, 16]],
    "hidden": [64, 32, 32],
}


def voxels_of(piece: BoxFurniture, resolution: int = 32) -> torch.Tensor:
    """Cells (resolution,)*3 of the unit cube whose centres lie inside."""
    axis = (np.arange(resolution) + 0.5) / resolution - 0.5
    centres = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    inside = piece.depth(centres.astype(np.float32)) > 0
    return torch.from_numpy(inside.reshape((resolution,) * 3).astype(np.float32))


def queries_of(piece: BoxFurniture, seed: int, count: int = 20_000) -> torch.Tensor:
    """Points with their occupancy (n, 4), beside the surface and as the paper draws them."""
    rng = np.random.default_rng(seed)
    surface, _ = piece.surface(count // 2, rng)
    points = np.concatenate([surface + rng.normal(0, s, surface.shape) for s in (0.01, 0.1)])
    inside = piece.depth(points.astype(np.float32)) > 0
    return torch.from_numpy(np.concatenate([points, inside[:, None]], 1).astype(np.float32))


def train(pieces: list[BoxFurniture], steps: int) -> IfNet:
    """Cross entropy at the queries; narrow layers, so that it takes a minute of one core."""
    torch.manual_seed(0)
    network = FAMILY.build(NARROW).train()
    voxels = torch.stack([voxels_of(piece) for piece in pieces])
    queries = torch.stack([queries_of(piece, seed) for seed, piece in enumerate(pieces)])
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    began, total = time.process_time(), 0.0
    for step in range(1, steps + 1):
        shapes = torch.randperm(len(pieces))[:4]
        batch = queries[shapes[:, None], torch.randint(queries.shape[1], (4, 500))]
        logits = network(voxels[shapes], batch[..., :3])
        loss = functional.binary_cross_entropy_with_logits(logits, batch[..., 3])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        total = 0.98 * total + 0.02 * float(loss.detach())
        if step % 50 == 0:
            spent = time.process_time() - began
            print(f"step {step}: {total / (1 - 0.98**step):.4f}, {spent:.0f} s of CPU", flush=True)
    return network.eval()


def report(model: NeuralModel, piece: BoxFurniture, name: str, out: Path) -> None:
    """Reconstruct from voxels through the network's own encoder, compare, draw."""
    voxels = voxels_of(piece)
    with torch.inference_mode():
        code = model.network.encode(voxels[None])
        field = model.network.prepare(code)
        rng = np.random.default_rng(9)
        points = rng.uniform(-0.5, 0.5, (100_000, 3)).astype(np.float32)
        inside = field(torch.from_numpy(points)).numpy() > 0
    truth = piece.depth(points) > 0
    cell = np.minimum((points + 0.5) * 32, 31).astype(np.int64)
    coarse = voxels.numpy()[tuple(cell.T)] > 0
    scores = [(guess & truth).sum() / (guess | truth).sum() for guess in (inside, coarse)]
    print(f"{name}: IoU {scores[0]:.3f} (the voxels themselves: {scores[1]:.3f})", flush=True)
    centres = (voxels.nonzero().numpy() + 0.5) / 32 - 0.5
    cloud = PointCloud(centres, Frame((0.0, 0.0, 0.0), 1.0))
    from occstudio.shapes.latent import Latent

    latent = Latent({k: v[0].numpy() for k, v in code.items()}, model.card.name)
    mesh = extract_surface(model.field(latent), resolution=128, threshold=0.5).mesh
    side_by_side(cloud.model_points, mesh, out / f"{name}.png")


def time_published(out: Path) -> None:
    """What encoding, preparing and extracting cost with `ShapeNetPoints` as published."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from tests.networks.golden_weights import golden_config, golden_state

    out.mkdir(parents=True, exist_ok=True)
    path = out / "checkpoint_epoch_1.tar"
    torch.save({"epoch": 1, "model_state_dict": golden_state("ifnet_shapenet_points")}, path)
    FAMILY.build(golden_config("ifnet_shapenet_points"))
    model = NeuralModel(read_checkpoint(path), torch.device("cpu"))
    points, _ = furniture("chair", 0).surface(3000, np.random.default_rng(0))
    cloud = PointCloud(points.astype(np.float64), Frame((0.0, 0.0, 0.0), 1.0))
    times = [time.perf_counter()]
    latent = model.encode(cloud)
    times.append(time.perf_counter())
    field = model.field(latent)
    times.append(time.perf_counter())
    values = field(np.random.default_rng(1).uniform(-0.5, 0.5, (4096, 3)).astype(np.float32))
    middle = 1 / (1 + np.exp(-float(np.median(values))))
    times.append(time.perf_counter())
    result = extract_surface(field, resolution=128, threshold=middle)
    times.append(time.perf_counter())
    spent = np.diff(times)
    print(f"encode {spent[0]:.2f} s, prepare {spent[1]:.2f} s, 129^3 extraction {spent[3]:.2f} s")
    print(f"{result.evaluations} points asked, {len(result.mesh.faces)} faces, {result.seconds}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--speed", action="store_true")
    arguments = parser.parse_args()
    if arguments.speed:
        time_published(arguments.out)
        return
    pieces = [furniture(KINDS[seed % len(KINDS)], seed) for seed in range(24)]
    network = train(pieces, arguments.steps)
    arguments.out.mkdir(parents=True, exist_ok=True)
    path = arguments.out / "checkpoint_epoch_1.tar"
    torch.save({"epoch": 1, "model_state_dict": network.state_dict()}, path)
    model = NeuralModel(read_checkpoint(path), torch.device("cpu"))
    for number, kind in enumerate(("chair", "table", "shelf")):
        report(model, furniture(kind, 1000 + number), f"unseen-{kind}", arguments.out)


if __name__ == "__main__":
    main()
