"""The field of the fitted checkpoint in the golden folder, on the CPU, for tests and benchmarks."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from occstudio.networks.conv_onet import FAMILY
from occstudio.shapes.arrays import Points, Values
from occstudio.shapes.field import Box

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


class FittedField:
    """The ConvONet that was fitted to a torus with a box through it.

    Parameters
    ----------
    folder : Path
        Holds the checkpoint, its hyper-parameters and its input.
    """

    box = Box.cube(1.1)
    batch = 16384

    @torch.inference_mode()
    def __init__(self, folder: Path) -> None:
        stated = json.loads((folder / "convonet_torusbox.json").read_text())
        network = FAMILY.build({**stated["model"], "padding": stated["data"]["padding"]})
        saved = torch.load(folder / "convonet_torusbox.pt", weights_only=True, map_location="cpu")
        network.load_state_dict(saved["model"])
        self._network = network.eval()
        with np.load(folder / "convonet_input.npz") as stored:
            self._features = self._network.encode(torch.from_numpy(stored["points"]))

    @torch.inference_mode()
    def __call__(self, points: Points) -> Values:
        given = torch.from_numpy(np.ascontiguousarray(points))[None]
        return self._network.decode(given, self._features)[0].numpy()

    def rough(self, points: Points) -> Values:
        return self(points)

    def gradient(self, points: Points) -> Points:
        given = torch.from_numpy(points.copy()).requires_grad_()
        features = {name: maps.clone() for name, maps in self._features.items()}
        (slope,) = torch.autograd.grad(self._network.decode(given[None], features).sum(), given)
        return slope.numpy()
