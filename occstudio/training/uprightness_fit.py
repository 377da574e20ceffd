"""Fits the weights by which `occstudio.studio.uprightness` tells which way is up.

The shapes of a store stand upright. Scans of them, of several densities, noisy, and some of a part
only, are measured along all six directions, and three small networks learn to choose the first.
The mean of their scores is one network.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from occstudio.datasets.shape_store import ShapeStore
from occstudio.shapes.arrays import Points
from occstudio.studio.uprightness import DIRECTIONS, NAMES, measured

FURNITURE = frozenset(
    ("chair", "armchair", "stool", "bench", "sofa", "table", "desk", "bed", "cabinet", "lamp")
)
NOISES = (0.0, 0.003, 0.005, 0.01)
"""Of whole scans, one each; in units of the longest side."""

CUTS = 2
"""Scans of a part of each shape, which count half in the fit."""

_HIDDEN, _NETWORKS, _STEPS = 16, 3, 600
_UP = DIRECTIONS.index("+y")


@dataclass(frozen=True, slots=True, eq=False)
class Scans:
    """Measured scans.

    Parameters
    ----------
    features : (n, 6, f) float64
    split : (n,) str
    is_furniture, is_cut : (n,) bool
    """

    features: NDArray[np.float64]
    split: NDArray[np.str_]
    is_furniture: NDArray[np.bool_]
    is_cut: NDArray[np.bool_]


def measure_store(store: ShapeStore) -> Scans:
    """Scan and measure every shape of a store."""
    rows = [
        (measured(scan), record.split, record.shape_class in FURNITURE, is_cut)
        for number, record in enumerate(store.records)
        for scan, is_cut in _scans(store[number].points, np.random.default_rng(number))
    ]
    features, split, furniture, cut = zip(*rows, strict=True)
    return Scans(np.array(features), np.array(split), np.array(furniture), np.array(cut))


def fit(scans: Scans, *, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights of the mean of a few networks, as `uprightness.WEIGHTS` holds them."""
    middle = scans.features.reshape(-1, len(NAMES)).mean(axis=0)
    spread = scans.features.reshape(-1, len(NAMES)).std(axis=0) + 1e-6
    inputs = torch.tensor((scans.features - middle) / spread, dtype=torch.float32)
    counts = torch.tensor(np.where(scans.is_cut, 0.5, 1.0), dtype=torch.float32)
    torch.manual_seed(seed)
    hidden: list[NDArray[np.float64]] = []
    out: list[NDArray[np.float64]] = []
    for _ in range(_NETWORKS):
        network = _fitted(inputs, counts, scans.split)
        first, last = network[0], network[2]
        assert isinstance(first, torch.nn.Linear)
        assert isinstance(last, torch.nn.Linear)
        # Inputs are used as they are measured: their scale goes into the weights.
        weight = first.weight.detach().numpy().T / spread[:, None]
        bias = first.bias.detach().numpy() - middle @ weight
        hidden.append(np.vstack([weight, bias]))
        out.append(last.weight.detach().numpy()[0] / _NETWORKS)
    return np.concatenate(hidden, axis=1), np.concatenate(out)


def precision(
    likely: NDArray[np.float64], limits: tuple[float, float]
) -> tuple[float, float, float]:
    """How good proposals are.

    Parameters
    ----------
    likely : (n, 6) float
        Of scans whose second-last sign, ``+y``, is up.
    limits : pair of float
        As `uprightness.SURE`.

    Returns
    -------
    right : float
        Part of the proposals that are right, where half of the scans stand upright and the others
        lie on any side alike; 1 if there is none.
    found : float
        Part of the lying scans that are set upright.
    alarms : float
        Part of the upright ones for which another side is proposed.
    """
    best = likely.argmax(axis=1)
    proposed = (likely.max(axis=1) > limits[0])[:, None] & (likely < limits[1])
    proposed[np.arange(len(best)), best] = False
    weight = np.full(6, 0.1)
    weight[_UP] = 0.5
    right = (proposed * weight)[best == _UP].sum()
    wrong = (proposed * weight)[best != _UP].sum()
    lying = np.delete(proposed, _UP, axis=1)
    found = lying[best == _UP].sum() / max(lying.size, 1)
    alarms = proposed[:, _UP].mean()
    return float(right / (right + wrong)) if right + wrong else 1.0, float(found), float(alarms)


def _scans(points: Points, rng: np.random.Generator) -> Iterator[tuple[Points, bool]]:
    for noise in NOISES:
        count = int(np.exp(rng.uniform(np.log(400), np.log(4000))))
        some = points[rng.choice(len(points), min(count, len(points)), replace=False)]
        yield some + rng.normal(0, noise, some.shape).astype(np.float32), False
    for _ in range(CUTS):
        some = points[rng.choice(len(points), min(2000, len(points)), replace=False)]
        normal = rng.normal(size=3)
        height = some @ (normal / np.linalg.norm(normal)).astype(np.float32)
        kept = some[height <= np.quantile(height, rng.uniform(0.5, 0.95))]
        yield kept + rng.normal(0, 0.003, kept.shape).astype(np.float32), True


def _fitted(
    inputs: torch.Tensor, counts: torch.Tensor, split: NDArray[np.str_]
) -> torch.nn.Sequential:
    """One network, as it was when it did best on the validation part."""
    network = torch.nn.Sequential(
        torch.nn.Linear(len(NAMES), _HIDDEN), torch.nn.Tanh(), torch.nn.Linear(_HIDDEN, 1)
    )
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-2)
    parts = [torch.tensor(split == name) for name in ("train", "validation")]

    def loss(part: torch.Tensor) -> torch.Tensor:
        chosen = torch.log_softmax(network(inputs[part])[..., 0], dim=1)[:, _UP]
        return -(counts[part] * chosen).sum() / counts[part].sum()

    best, kept = float("inf"), network.state_dict()
    for step in range(_STEPS):
        now = loss(parts[0])
        optimizer.zero_grad()
        now.backward()
        optimizer.step()
        if step % 20 == 0:
            with torch.no_grad():
                held_out = float(loss(parts[1]))
            if held_out < best:
                best = held_out
                kept = {name: value.clone() for name, value in network.state_dict().items()}
    network.load_state_dict(kept)
    return network
