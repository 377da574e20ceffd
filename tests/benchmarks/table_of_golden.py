"""Each family by configuration: how far from the original code, how long to load, how large.

    python -m tests.benchmarks.table_of_golden

Every case is loaded from the paper's own container by a process of its own, as a person would: the
time to load holds reading, checking and building, but not the import of torch; the memory is what
the process holds at most beyond what it held before, after encoding and 2048 queries.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from tests.networks.golden_files import CASES, encoder_inputs, logits, query, write_checkpoint_file
from tests.networks.golden_weights import golden_arrays, golden_config


def main() -> None:
    """Print the table."""
    table = Table(
        "family", "configuration", "parameters", "code", "logits", "relative", "load s",
        "encode s", "memory MB", box=None,
    )  # fmt: skip
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            path = write_checkpoint_file(case, Path(folder))
            line = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.table_of_golden", case, str(path)],
                check=True, capture_output=True, text=True, env={**os.environ},
            ).stdout.splitlines()[-1]  # fmt: skip
        found = json.loads(line)
        table.add_row(
            found["family"], case, f"{found['parameters']:,}", found["code"],
            f"{found['logits']:.2e}", f"{found['relative']:.1e}", f"{found['load_s']:.2f}",
            f"{found['encode_s']:.2f}", f"{found['memory_mb']:.0f}",
        )  # fmt: skip
    Console(width=120).print(table)


def measure(case: str, path: Path) -> dict[str, object]:
    """Differences and costs of one case."""
    import torch

    from occstudio.inference.checkpoint import read_checkpoint
    from occstudio.inference.config_file import StatedConfig
    from occstudio.inference.predictor import NeuralModel
    from occstudio.inference.raw_field import encoder_inputs as as_given

    stated = path.with_name("stated.json")
    stated.write_text(json.dumps(golden_config(case)))
    assert StatedConfig.of(golden_config(case)).hyperparameters
    arrays, before = golden_arrays(case), _held_mb()
    began = time.perf_counter()
    checkpoint = read_checkpoint(path, config=stated)
    model = NeuralModel(checkpoint, torch.device("cpu"))
    loaded = time.perf_counter()
    with torch.inference_mode():
        if case == "onet_uncond_vae":
            code = {"z": torch.from_numpy(arrays["z"])}
        else:
            code = model.network.encode(as_given(encoder_inputs(case), model.card.input_spec))
        encoded = time.perf_counter()
        found = model.network.prepare(code)(torch.from_numpy(query(case)[0])).numpy()
    wanted = logits(case)
    return {
        "family": model.card.family,
        "parameters": sum(weights.numel() for weights in checkpoint.weights.values()),
        "code": _code_difference(code, arrays),
        "logits": float(np.abs(found - wanted).max()),
        "relative": float(np.abs(found - wanted).max() / wanted.std()),
        "load_s": loaded - began,
        "encode_s": encoded - loaded,
        "memory_mb": _held_mb() - before,
    }


def _code_difference(code: dict[str, object], arrays: dict[str, np.ndarray]) -> str:
    """Largest difference of what the golden files hold of the code."""
    worst: list[float] = []
    for name, part in code.items():
        values = np.asarray(part)
        if name in arrays and arrays[name].shape == values.shape and values.size:
            worst.append(float(np.abs(values - arrays[name]).max()))
        if f"c_{name}_mean" in arrays:
            axes = (0, *range(2, values.ndim))
            worst.append(float(np.abs(values.mean(axes) - arrays[f"c_{name}_mean"].ravel()).max()))
            step = int(arrays[f"c_{name}_substride"][-1])
            places = (slice(None), slice(None, None, 4)) + (slice(1, None, step),) * (
                values.ndim - 2
            )
            sub = arrays[f"c_{name}_sub"]
            worst.append(float(np.abs(values[places].reshape(sub.shape) - sub).max()))
    return f"{max(worst):.2e}" if worst else "given"


def _held_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))
    else:
        main()
