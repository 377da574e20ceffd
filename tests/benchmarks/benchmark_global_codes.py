"""Whether the families with one code for a shape reconstruct, in minutes on one core.

No published weights are at hand. So small networks of each kind are fitted to the three bundled
pieces of furniture, written as the papers write their checkpoints, opened as any checkpoint is, and
asked for surfaces. What is shown is that the whole way works, not how well a network generalises.

    python -m tests.benchmarks.benchmark_global_codes --kinds points voxels image draws motion

IoU is that of 20 000 uniform points in the cube; seconds are of the processor. `draws` is the
unconditional network; `motion` turns the shapes about their upright axis, and its IoU is given at
the times 0, 1/2 and 1.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from occstudio.datasets.shape_store import ShapeStore, StoredShape
from occstudio.extraction.surface import extract_surface
from occstudio.inference.library import load_model
from occstudio.inference.predictor import NeuralModel
from occstudio.inference.preparation import PreparedInput
from occstudio.metrics import iou
from occstudio.networks.families import model_family
from occstudio.networks.occupancy_network import TIME
from occstudio.shapes.arrays import Points
from occstudio.shapes.field import level_of
from occstudio.shapes.latent import Latent

STORE = Path(__file__).parents[1] / "data" / "furniture"
FRAMES, TURN = 17, 0.6  # radians, in either direction
THRESHOLD = 0.5

_CBN = {"decoder": "cbatchnorm", "decoder_kwargs": {"hidden_size": 96}, "c_dim": 96, "z_dim": 0}
_POINTNET = {"encoder": "pointnet_resnet", "encoder_kwargs": {"hidden_dim": 64}}


@dataclass(frozen=True, slots=True)
class Kind:
    """A network and what it is given: `observe` makes one input (no batch axis) of a shape."""

    family: str
    hyperparameters: dict[str, Any]
    observe: Callable[[StoredShape, int, np.random.Generator], NDArray[np.float32]]
    steps: int
    queries: int = 1024
    rate: float = 1e-3


def cloud(shape: StoredShape, _: int, rng: np.random.Generator) -> Points:
    """300 noisy surface points."""
    found = shape.points[rng.integers(0, len(shape.points), 300)]
    return (found + rng.normal(0, 0.005, found.shape)).astype(np.float32)


def voxels(shape: StoredShape, _: int, __: np.random.Generator) -> NDArray[np.float32]:
    """Occupancy at the centres of 32**3 cells."""
    axis = (np.arange(32) + 0.5) / 32 - 0.5
    centres = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    return shape.occupancy(centres.astype(np.float32)).reshape(32, 32, 32).astype(np.float32)


def photo(shape: StoredShape, _: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """A shaded picture on white from somewhere above, by splatting the surface points."""
    turn, lift, side = rng.uniform(-np.pi, np.pi), rng.uniform(0.2, 0.6), 224
    view = _tilt(lift) @ _turn(turn)
    points, normals = shape.points @ view.T, shape.normals @ view.T
    order = np.argsort(points[:, 2])  # the nearest are drawn last
    place = np.round((points[order, :2] * (1, -1) / 1.9 + 0.5) * side).astype(int)
    shade = (0.25 + 0.65 * np.clip(normals[order] @ (0.3, 0.5, 0.8), 0, 1)).astype(np.float32)
    picture = np.ones((side, side), np.float32)
    for dx, dy in np.ndindex(4, 4):
        picture[np.clip(place[:, 1] + dy, 0, side - 1), np.clip(place[:, 0] + dx, 0, side - 1)] = (
            shade
        )
    return np.repeat(picture[None], 3, axis=0)


def nothing(_: StoredShape, __: int, ___: np.random.Generator) -> NDArray[np.float32]:
    """What an unconditional network is given."""
    return np.zeros(1, np.float32)


def sequence(shape: StoredShape, index: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """100 points that are followed while the shape turns."""
    found = shape.points[rng.integers(0, len(shape.points), 100)]
    times = np.linspace(0, 1, FRAMES)
    return np.stack([found @ _turn(_angle(index, t)).T for t in times]).astype(np.float32)


KINDS = {
    "points": Kind("onet", {**_CBN, **_POINTNET}, cloud, 500),
    "voxels": Kind("onet", {**_CBN, "encoder": "voxel_simple"}, voxels, 200),
    "image": Kind("onet", {**_CBN, "encoder": "resnet18"}, photo, 120),
    "draws": Kind(
        "onet",
        {"encoder": None, "encoder_latent": "simple", "c_dim": 0, "z_dim": 16}
        | {"decoder": "simple", "decoder_kwargs": {"hidden_size": 128}},
        nothing,
        900,
    ),
    "motion": Kind(
        "oflow",
        {**_CBN, **_POINTNET, "encoder_temporal": "pointnet_resnet"}
        | {"encoder_temporal_kwargs": {"hidden_dim": 64}}
        | {"velocity_field_kwargs": {"hidden_size": 64, "n_blocks": 3}},
        sequence,
        500,
        queries=512,
    ),
}


def fitted(kind: Kind, shapes: list[StoredShape], path: Path) -> tuple[float, float]:
    """Fit a network and write its checkpoint; the last loss and the seconds that it took."""
    torch.manual_seed(0)
    rng, began = np.random.default_rng(0), time.process_time()
    network: Any = model_family(kind.family).build(kind.hyperparameters)
    optimizer = torch.optim.Adam(network.parameters(), kind.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3 * kind.rate, kind.steps)
    losses: list[float] = []
    for _ in range(kind.steps):
        inputs = _batch([kind.observe(shape, i, rng) for i, shape in enumerate(shapes)])
        times = rng.uniform(0, 1, len(shapes)).astype(np.float32)
        if kind.family != "oflow":
            times[:] = 0
        asked = [_asked(shape, i, times[i], kind.queries, rng) for i, shape in enumerate(shapes)]
        queries, inside = _batch([one[0] for one in asked]), _batch([one[1] for one in asked])
        code = network.encode(inputs)
        extra = torch.zeros(())
        if kind.family == "oflow":
            code[TIME] = torch.from_numpy(times)
        elif network.encoder_latent is not None:
            mean, deviation = network.infer_latent(queries, inside)
            code["z"] = mean + deviation.exp() * torch.randn_like(mean)
            divergence = (mean**2 + (2 * deviation).exp() - 1) / 2 - deviation
            extra = 0.01 / kind.queries * divergence.sum(1).mean()
        logits = network.decode(queries, code)
        loss = functional.binary_cross_entropy_with_logits(logits, inside) + extra
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    torch.save(
        {"model": network.state_dict(), "it": kind.steps, "loss_val_best": np.float64(0)}, path
    )
    stated = {"model": kind.hyperparameters, "test": {"threshold": THRESHOLD}}
    path.with_suffix(".json").write_text(json.dumps(stated))
    return float(np.mean(losses[-20:])), time.process_time() - began


def latent_of(
    model: NeuralModel, kind: Kind, shape: StoredShape, index: int, rng: np.random.Generator
) -> Latent:
    """Through the encoder; of the unconditional network the mean of the posterior."""
    if model.card.input_kind != "latent":
        return model.encode_prepared(PreparedInput(kind.observe(shape, index, rng)[None]))
    queries, inside, network = *_asked(shape, index, 0.0, 4096, rng), model.network
    with torch.inference_mode():
        mean, _ = network.infer_latent(_batch([queries]), _batch([inside]))  # type: ignore[attr-defined]
    return Latent({"z": mean[0].numpy()}, model.card.name)


def main() -> None:
    """Print a line for each shape of each kind."""
    parser = argparse.ArgumentParser(description="Fit small networks and reconstruct with them.")
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    shapes, write = list(ShapeStore.open(STORE)), sys.stdout.write
    for name in arguments.kinds:
        kind = KINDS[name]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{name}.pt"
            loss, seconds = fitted(kind, shapes, path)
            model = load_model(str(path), device="cpu")
        write(f"{name}: {kind.steps} steps in {seconds:.0f} s, loss {loss:.4f}\n")
        for index, shape in enumerate(shapes):
            rng = np.random.default_rng(100 + index)
            latent = latent_of(model, kind, shape, index, rng)
            for moment in (0.0, 0.5, 1.0) if kind.family == "oflow" else (0.0,):
                write(f"  {shape.record.name:12s} " + _judged(model, latent, shape, index, moment))
                sys.stdout.flush()


def _judged(
    model: NeuralModel, latent: Latent, shape: StoredShape, index: int, moment: float
) -> str:
    began = time.process_time()
    field = model.field(latent, moment)
    extraction = extract_surface(field, resolution=64, threshold=THRESHOLD, normals=False)
    seconds = time.process_time() - began
    rng = np.random.default_rng(7)
    points = rng.uniform(-0.55, 0.55, (20_000, 3)).astype(np.float32)
    truth = shape.occupancy(_moved_back(points, index, moment))
    score = iou(field.rough(points) > level_of(THRESHOLD), truth)
    mesh = extraction.mesh
    return (
        f"time {moment:.1f}  IoU {score:.3f}  64^3 in {seconds:5.2f} s, "
        f"{len(mesh.faces):6d} triangles, {'closed' if mesh.is_watertight else 'OPEN'}, "
        f"volume {mesh.volume:.4f} (true {truth.mean() * 1.1**3:.4f})\n"
    )


def _asked(
    shape: StoredShape, index: int, moment: float, count: int, rng: np.random.Generator
) -> tuple[Points, NDArray[np.float32]]:
    """Queries, half of them near the surface, and whether they are inside."""
    near = shape.points[rng.integers(0, len(shape.points), count // 2)]
    near = near + rng.normal(0, 0.03, near.shape)
    points = np.concatenate([near, rng.uniform(-0.55, 0.55, (count - len(near), 3))])
    inside = shape.occupancy(points.astype(np.float32)).astype(np.float32)
    return (points @ _turn(_angle(index, moment)).T).astype(np.float32), inside


def _moved_back(points: Points, index: int, moment: float) -> Points:
    return (points @ _turn(_angle(index, moment))).astype(np.float32)


def _angle(index: int, moment: float) -> float:
    return TURN * moment * (-1) ** index


def _turn(angle: float) -> NDArray[np.float64]:  # about the upright axis, y
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])


def _tilt(angle: float) -> NDArray[np.float64]:
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]])


def _batch(arrays: list[NDArray[np.float32]]) -> Tensor:
    return torch.from_numpy(np.stack(arrays))


if __name__ == "__main__":
    main()
