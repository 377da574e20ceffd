"""Train a small network for scenes of any size, then reconstruct a long row of furniture.

Run as `python tests/benchmarks/benchmark_large_scene.py out/large_scene --steps 1500`. The network
sees windows of 28 voxels of 3 cm; the row that it reconstructs is several times longer, lies far
from the origin and was not trained on.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch
import yaml
from torch.nn import functional

from occstudio.cli.picture import side_by_side
from occstudio.extraction.surface import extract_surface
from occstudio.inference.checkpoint import read_checkpoint
from occstudio.inference.predictor import NeuralModel
from occstudio.networks.conv_onet import FAMILY
from occstudio.networks.conv_onet_crop import CropConvOccupancyNetwork
from occstudio.shapes.frame import Frame
from occstudio.shapes.point_cloud import PointCloud

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.benchmarks.box_furniture import KINDS, BoxFurniture, furniture

CONFIG = {
    "data": {"input_type": "pointcloud_crop", "unit_size": 0.03, "query_vol_size": 12},
    "model": {
        "encoder": "pointnet_crop_local_pool",
        "encoder_kwargs": {
            "hidden_dim": 16,
            "plane_type": ["grid"],
            "unet3d": True,
            "unet3d_kwargs": {
                "num_levels": 2,
                "f_maps": 8,
                "in_channels": 16,
                "out_channels": 16,
            },
        },
        "decoder": "simple_local_crop",
        "decoder_kwargs": {"hidden_size": 16},
        "c_dim": 16,
        "local_coord": True,
    },
    "test": {"threshold": 0.5},
}


def row_of(seeds: list[int], place: tuple[float, float, float]) -> BoxFurniture:
    """Pieces beside each other, a floor under them."""
    lower, upper, x = list[np.ndarray](), list[np.ndarray](), 0.0
    for seed in seeds:
        piece = furniture(KINDS[seed % len(KINDS)], seed)
        low, high = piece.lower.min(axis=0), piece.upper.max(axis=0)
        shift = np.array([x - low[0], -low[1], 0])
        lower.append(piece.lower + shift)
        upper.append(piece.upper + shift)
        x += float(high[0] - low[0]) + 0.15
    lower.append(np.array([[-0.1, -0.09, -0.6]]))
    upper.append(np.array([[x, 0.0, 0.6]]))
    return BoxFurniture(np.concatenate(lower) + place, np.concatenate(upper) + place)


def train(scenes: list[BoxFurniture], steps: int) -> CropConvOccupancyNetwork:
    """Cross entropy at queries in the middle of random windows."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    network = FAMILY.build({**CONFIG["data"], **CONFIG["model"]})
    assert isinstance(network, CropConvOccupancyNetwork)
    clouds = [scene.surface(12_000, rng)[0] for scene in scenes]
    optimizer = torch.optim.Adam(network.parameters(), 4e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    sizes, total, began = network.sizes, 0.0, time.process_time()
    for step in range(1, steps + 1):
        number = int(rng.integers(len(scenes)))
        cloud = clouds[number] + rng.normal(0, 0.005, clouds[number].shape)
        middle = clouds[number][rng.integers(len(cloud))] + rng.normal(0, 0.05, 3)
        window = np.stack([middle - sizes.window / 2, middle + sizes.window / 2])
        inside = (np.abs(clouds[number] - middle) < sizes.query / 2).all(axis=1)
        near = clouds[number][inside]
        near = near[rng.integers(len(near), size=400)] if len(near) else np.zeros((0, 3))
        query = np.concatenate(
            [
                near + rng.normal(0, 0.03, near.shape),
                middle + rng.uniform(-0.5, 0.5, (300, 3)) * sizes.query,
            ]
        ).astype(np.float32)
        truth = torch.from_numpy((scenes[number].depth(query) > 0).astype(np.float32))
        code = network.encode(
            torch.from_numpy(cloud.astype(np.float32))[None],
            torch.from_numpy(window.astype(np.float32)),
        )
        logits = network.decode(torch.from_numpy(query)[None], code)[0]
        loss = functional.binary_cross_entropy_with_logits(logits, truth)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        total = 0.98 * total + 0.02 * float(loss.detach())
        if step % 250 == 0:
            spent = time.process_time() - began
            print(f"step {step}: {total / (1 - 0.98**step):.4f}, {spent:.0f} s of CPU", flush=True)
    return network.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=1500)
    arguments = parser.parse_args()
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    places = [(float(7 * n), 0.5, -3.0) for n in range(6)]
    scenes = [row_of(list(range(4 * n, 4 * n + 4)), place) for n, place in enumerate(places)]
    network = train(scenes, arguments.steps)
    torch.save({"model": network.state_dict()}, out / "model.pt")
    (out / "model.yaml").write_text(yaml.safe_dump(CONFIG))
    model = NeuralModel(read_checkpoint(out / "model.pt"), torch.device("cpu"))

    scene = row_of([1000, 1001, 1002, 1003, 1004], (100.0, 20.0, -50.0))
    rng = np.random.default_rng(5)
    points, _ = scene.surface(20_000, rng)
    scan = PointCloud(points + rng.normal(0, 0.005, points.shape), Frame.fit(points))
    began = time.process_time()
    field = model.field(model.encode(scan))
    result = extract_surface(field, resolution=192, threshold=0.5)
    spent = time.process_time() - began
    mesh = result.mesh.placed(scan.frame)
    size = np.ptp(mesh.vertices, axis=0)
    query = rng.uniform(points.min(axis=0), points.max(axis=0), (100_000, 3)).astype(np.float32)
    inside = field(scan.frame.to_model(query)) > 0
    truth = scene.depth(query) > 0
    iou = (inside & truth).sum() / (inside | truth).sum()
    print(f"a row of {size.round(2)} m: IoU {iou:.3f}, {spent:.1f} s of CPU, "
          f"{len(mesh.faces)} faces, watertight {mesh.is_watertight}")  # fmt: skip
    side_by_side(scan.points, mesh, out / "row.png")


if __name__ == "__main__":
    main()
