"""Fields of the fitted checkpoints in the golden folder, on the CPU, for tests and benchmarks."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from occstudio.inference.checkpoint import read_checkpoint
from occstudio.inference.predictor import NeuralModel
from occstudio.inference.preparation import PreparedInput
from occstudio.shapes.field import Field

THRESHOLD = 0.2
"""Of the stored meshes."""


def golden_folder() -> Path | None:
    """Where the large golden files are: ``OCCSTUDIO_GOLDEN``, or beside the checkout."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "golden" / "fitted"
    folder = Path(os.environ.get("OCCSTUDIO_GOLDEN", beside))
    return folder if (folder / "convonet_torusbox.pt").is_file() else None


def require_golden_folder() -> Path:
    """The folder, or the test is skipped."""
    folder = golden_folder()
    if folder is None:
        pytest.skip("the fitted golden checkpoint is not here: set OCCSTUDIO_GOLDEN to its folder")
    return folder


def fitted_field(folder: Path, case: str = "convonet") -> Field:
    """The field that was fitted to a torus with a box through it.

    Parameters
    ----------
    folder : Path
        Holds the checkpoints, their hyper-parameters and their inputs.
    case : str
        ``convonet`` or ``onet``.
    """
    model = NeuralModel(read_checkpoint(folder / f"{case}_torusbox.pt"), torch.device("cpu"))
    with np.load(folder / f"{case}_input.npz") as stored:
        latent = model.encode_prepared(PreparedInput(stored["points"]))
    return model.field(latent)
