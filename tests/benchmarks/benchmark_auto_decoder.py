"""Train a small DeepSDF on furniture of boxes, then complete unseen pieces from noisy part scans.

Run as `python tests/benchmarks/benchmark_auto_decoder.py out/auto_decoder --steps 3000`. Writes the
experiment as the paper's code does (specs.json, ModelParameters, LatentCodes), reads it back, fits
a code to points of the front of pieces that were not trained on, and prints what came of it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch

from occstudio.cli.picture import side_by_side
from occstudio.extraction.surface import extract_surface
from occstudio.inference.checkpoint import read_checkpoint
from occstudio.inference.predictor import NeuralModel
from occstudio.metrics.scores import chamfer_l1, sample_surface
from occstudio.networks.deep_sdf import FAMILY, DeepSdf
from occstudio.shapes.frame import Frame
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.point_cloud import PointCloud

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.benchmarks.box_furniture import KINDS, BoxFurniture, furniture

SPECS = {
    "CodeLength": 8,
    "NetworkSpecs": {
        "dims": [64] * 4,
        "latent_in": [2],
        "norm_layers": [0, 1, 2, 3],
        "weight_norm": True,
        "xyz_in_all": False,
        "use_tanh": False,
    },
}
_MARGIN = 1.03


def samples_of(piece: BoxFurniture, seed: int, count: int = 20_000) -> torch.Tensor:
    """Points in the unit sphere with their depth (n, 4): most beside the surface."""
    rng = np.random.default_rng(seed)
    scale = 1 / (_MARGIN * piece.radius)
    surface, _ = piece.surface(count // 2, rng)
    near = [surface + rng.normal(0, s / scale, surface.shape) for s in (0.01, 0.05)]
    everywhere = rng.uniform(-1, 1, (count // 5, 3)) / scale
    points = np.concatenate([*near, everywhere]).astype(np.float32)
    depth = piece.depth(points)
    return torch.from_numpy(np.concatenate([points, depth[:, None]], 1) * np.float32(scale))


def train(pieces: list[BoxFurniture], steps: int) -> tuple[DeepSdf, torch.Tensor]:
    """Decoder and codes together, as in the paper."""
    torch.manual_seed(0)
    network = FAMILY.build(SPECS).train()
    codes = (torch.randn(len(pieces), network.code_length) * 0.1).requires_grad_(True)
    data = torch.stack([samples_of(piece, seed) for seed, piece in enumerate(pieces)])
    optimizer = torch.optim.Adam(
        [{"params": network.parameters(), "lr": 3e-3}, {"params": [codes], "lr": 3e-3}]
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    began, total = time.process_time(), 0.0
    for step in range(1, steps + 1):
        shapes = torch.randperm(len(pieces))[:4]
        rows = torch.randint(data.shape[1], (4, 256))
        batch = data[shapes[:, None], rows]
        values = network.decode(batch[..., :3], {"z": codes[shapes]})
        error = (values.clamp(-0.1, 0.1) - batch[..., 3].clamp(-0.1, 0.1)).abs().mean()
        loss = error + 1e-4 * codes[shapes].square().sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        total = 0.99 * total + 0.01 * float(error.detach())
        if step % 500 == 0:
            spent = time.process_time() - began
            print(f"step {step}: {total / (1 - 0.99**step):.5f}, {spent:.0f} s of CPU", flush=True)
    return network.eval(), codes.detach()


def write_experiment(network: DeepSdf, codes: torch.Tensor, folder: Path) -> Path:
    """The folder that the paper's code leaves."""
    for name in ("ModelParameters", "LatentCodes"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "specs.json").write_text(json.dumps(SPECS))
    state = {f"module.{key}": value for key, value in network.state_dict().items()}
    torch.save({"epoch": 1, "model_state_dict": state}, folder / "ModelParameters/latest.pth")
    torch.save({"epoch": 1, "latent_codes": {"weight": codes}}, folder / "LatentCodes/latest.pth")
    return folder / "ModelParameters/latest.pth"


def scan_of(piece: BoxFurniture, part: float, noise: float, seed: int) -> PointCloud:
    """Points of the front of a piece, in the frame that all of it would have."""
    rng = np.random.default_rng(seed)
    points, normals = piece.surface(8000, rng)
    front = points @ np.array([0.5, 0.3, 0.8])
    keep = front >= np.quantile(front, 1 - part)
    points = points[keep] + rng.normal(0, noise, (int(keep.sum()), 3))
    scale = 1.0  # the piece lies in the cube already
    return PointCloud(points, Frame((0.0, 0.0, 0.0), scale), normals=normals[keep])


def report(model: NeuralModel, piece: BoxFurniture, scan: PointCloud, name: str, out: Path) -> None:
    """Fit, extract, compare with the truth, draw."""
    began = time.perf_counter()
    field = model.field(model.encode(scan))
    fitted = time.perf_counter()
    mesh = extract_surface(field, resolution=96, threshold=0.5).mesh
    took = time.perf_counter() - fitted
    rng = np.random.default_rng(9)
    points = rng.uniform(-0.55, 0.55, (100_000, 3)).astype(np.float32)
    inside, truth = field(points) > 0, piece.depth(points) > 0
    iou = (inside & truth).sum() / (inside | truth).sum()
    found = sample_surface(Mesh(mesh.vertices, mesh.faces), 20_000).points
    chamfer = chamfer_l1(found, piece.surface(20_000, rng)[0])
    print(
        f"{name}: {len(scan)} points, IoU {iou:.3f}, Chamfer-L1 {chamfer:.4f}, "
        f"fit {fitted - began:.1f} s, extraction {took:.1f} s",
        flush=True,
    )
    side_by_side(scan.model_points, mesh, out / f"{name}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--pieces", type=int, default=12)
    arguments = parser.parse_args()
    out: Path = arguments.out
    pieces = [furniture(KINDS[seed % 2 * 2], seed) for seed in range(arguments.pieces)]
    network, codes = train(pieces, arguments.steps)
    model = NeuralModel(read_checkpoint(write_experiment(network, codes, out)), torch.device("cpu"))
    report(model, pieces[0], scan_of(pieces[0], 1.0, 0.0, 1), "trained-chair-whole", out)
    for number, kind in enumerate(("chair", "table")):
        piece = furniture(kind, 1000 + number)
        report(model, piece, scan_of(piece, 1.0, 0.005, 1), f"unseen-{kind}-whole", out)
        report(model, piece, scan_of(piece, 0.4, 0.005, 1), f"unseen-{kind}-front", out)


if __name__ == "__main__":
    main()
