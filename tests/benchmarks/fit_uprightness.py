"""Fit which way is up, and tell how good it is on shapes that were not fitted.

Run as `python tests/benchmarks/fit_uprightness.py STORE -o resources/uprightness.npz`. For each
part of the store: how often the true side is the likeliest, which part of the doctor's proposals
would be right, how many lying shapes it would set upright, and how many upright ones turn over.
"""

import argparse
from pathlib import Path

import numpy as np

from occstudio.datasets.shape_store import ShapeStore
from occstudio.studio.uprightness import DIRECTIONS, LIKELY, SURE
from occstudio.training.uprightness_fit import fit, measure_store, precision


def main() -> None:
    """Fit, print what was found, write the weights."""
    parser = argparse.ArgumentParser()
    parser.add_argument("store", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    scans = measure_store(ShapeStore.open(options.store))
    hidden, out = fit(scans)
    np.savez(options.output, hidden=hidden.astype(np.float32), out=out.astype(np.float32))
    scores = np.tanh(scans.features @ hidden[:-1] + hidden[-1]) @ out
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    everything = np.ones(len(likely), bool)
    for split in ("train", "validation", "test"):
        for name, kinds in (("furniture", scans.is_furniture), ("everything", everything)):
            for part, cut in (("whole", ~scans.is_cut), ("in part", scans.is_cut)):
                chosen = likely[(scans.split == split) & kinds & cut]
                first = float((chosen.argmax(axis=1) == DIRECTIONS.index("+y")).mean())
                print(f"{split}, {name}, {part}: {len(chosen)} scans, likeliest {first:.2f}")
                for limits in (LIKELY, SURE):
                    right, found, alarms = precision(chosen, limits)
                    print(
                        f"    {limits}: right {right:.3f}, "
                        f"found {found:.2f}, false alarms {alarms:.4f}"
                    )


if __name__ == "__main__":
    main()
