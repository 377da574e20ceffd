"""The picture for people: originals beside their labels."""

from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from occstudio.datasets.build import build_dataset
from occstudio.datasets.contact_sheet import label_sheet
from occstudio.datasets.mesh_source import MeshSource
from occstudio.errors import UnknownNameError


def test_a_sheet_shows_the_original_beside_a_solid_of_the_same_outline(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    trimesh.creation.cone(0.5, 1).export(tmp_path / "in" / "cone.ply")
    source = MeshSource(tmp_path / "in", up="z")
    build_dataset(source, tmp_path / "set", surface_points=100)
    from occstudio.datasets.shape_store import ShapeStore

    store = ShapeStore.open(tmp_path / "set")
    label_sheet(store, source, tmp_path / "sheet.png", ["in/cone"])
    picture = np.asarray(Image.open(tmp_path / "sheet.png").convert("L"))[30:]
    left, right = np.hsplit(picture < 250, 2)
    assert left.mean() > 0.05
    assert (left & right).sum() / (left | right).sum() > 0.95
    with pytest.raises(UnknownNameError):
        label_sheet(store, source, tmp_path / "sheet.png", ["in/cube"])
