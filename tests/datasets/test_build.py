"""A data set from a folder of meshes: complete, repeatable, resumable, honest about failures."""

from pathlib import Path

import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray

from occstudio.datasets import build
from occstudio.datasets.build import build_dataset
from occstudio.datasets.mesh_source import MeshSource
from occstudio.datasets.occupancy_labels import label_occupancy
from occstudio.datasets.shape_store import CELL, ShapeStore
from occstudio.datasets.surface_samples import sample_surface
from occstudio.errors import Cancelled, EmptyShapeError


class Recorder:
    """A watch that keeps what it is told and cancels after a number of checks."""

    def __init__(self, patience: int = 1000) -> None:
        self.fractions: list[float] = []
        self.patience = patience

    def check(self) -> None:
        self.patience -= 1
        if self.patience < 0:
            raise Cancelled

    def report(self, stage: str, fraction: float) -> None:
        assert stage == "label"
        self.fractions.append(fraction)


@pytest.fixture
def meshes(tmp_path: Path) -> Path:
    folder = tmp_path / "meshes"
    folder.mkdir()
    trimesh.creation.box((1, 2, 3)).export(folder / "table_box.ply")
    trimesh.creation.box((2, 2, 1)).export(folder / "other_box.stl")
    trimesh.creation.icosphere(3).export(folder / "vase.off")
    (folder / "broken.ply").write_bytes(b"ply\n")
    return folder


def test_a_build_stores_every_good_model_and_says_what_was_wrong_with_the_rest(
    meshes: Path, tmp_path: Path
) -> None:
    watch = Recorder()
    report = build_dataset(meshes, tmp_path / "set", surface_points=500, watch=watch)
    store = ShapeStore.open(tmp_path / "set")
    ids = ["meshes/other_box", "meshes/table_box", "meshes/vase"]
    assert [record.id for record in store.records] == ids
    assert "not a readable ply" in dict(report.skipped)["meshes/broken"]
    assert watch.fractions[-1] == 1
    # Boxes are near-twins once their own boxes agree; they go to one part.
    assert report.groups == (("meshes/other_box", "meshes/table_box"),)
    assert store.records[0].split == store.records[1].split
    assert store.records[1].half_extent == pytest.approx((1 / 6, 1 / 3, 0.5), abs=1e-5)
    assert store.records[1].size_cm == (1, 2, 3)
    assert store.records[1].volume == pytest.approx(2 / 9, rel=0.06)
    assert not list((tmp_path / "set").glob("parts"))


def test_a_build_that_was_cancelled_goes_on_where_it_stopped_and_gives_the_same_bytes(
    meshes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_dataset(meshes, tmp_path / "whole", surface_points=500)
    with pytest.raises(Cancelled):
        build_dataset(meshes, tmp_path / "set", surface_points=500, watch=Recorder(patience=2))
    assert len(list((tmp_path / "set" / "parts").glob("*.part"))) >= 1
    report = build_dataset(meshes, tmp_path / "set", surface_points=500)
    assert report.labelled < 3
    for name in ("shapes.bin", "index.json"):
        assert (tmp_path / "set" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    # And a third time nothing is labelled at all.
    monkeypatch.setattr(build, "label_model", None)
    (meshes / "broken.ply").unlink()
    again = build_dataset(meshes, tmp_path / "set", surface_points=500)
    assert (again.labelled, again.kept) == (0, 3)


@pytest.mark.slow
def test_processes_give_the_same_bytes_as_one(meshes: Path, tmp_path: Path) -> None:
    build_dataset(meshes, tmp_path / "one", surface_points=500)
    build_dataset(meshes, tmp_path / "two", surface_points=500, workers=2)
    one, two = ((tmp_path / name / "shapes.bin").read_bytes() for name in ("one", "two"))
    assert one == two


def test_a_source_without_one_good_model_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bad.obj").write_text("v 0 0 0\n")
    with pytest.raises(EmptyShapeError, match="no faces"):
        build_dataset(MeshSource(tmp_path / "in"), tmp_path / "out")


def _sampled(
    mesh: trimesh.Trimesh, count: int = 3000
) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    vertices, faces = np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int32)
    sdf = label_occupancy(vertices, faces).sdf
    return sample_surface(vertices, faces, sdf, count, seed=1)


def test_surface_points_of_a_solid_lie_on_it_with_outward_normals() -> None:
    ball = trimesh.creation.icosphere(4, radius=0.5)
    ball.faces[::2] = np.array(ball.faces)[::2][:, ::-1]
    points, normals, kept = _sampled(ball)
    assert np.abs(np.linalg.norm(points, axis=1) - 0.5).max() < 0.005
    assert np.einsum("ij,ij->i", points / 0.5, normals).min() > 0.98
    assert kept > 0.99


def test_no_surface_point_is_inside_overlapping_parts() -> None:
    parts = [trimesh.creation.box((1, 0.2, 0.4)), trimesh.creation.box((0.2, 0.8, 0.3))]
    points, _, _ = _sampled(trimesh.util.concatenate(parts))
    for box in parts:
        half = box.extents / 2 - 0.3 * CELL
        assert not (np.abs(points) < half).all(axis=1).any()


def test_a_sheet_has_points_on_both_sides_of_its_thickened_surface() -> None:
    corners = [[-0.5, 0, -0.5], [0.5, 0, -0.5], [0.5, 0, 0.5], [-0.5, 0, 0.5]]
    sheet = trimesh.Trimesh(corners, [[0, 1, 2], [0, 2, 3]], process=False)
    points, normals, _ = _sampled(sheet)
    inner = (np.abs(points[:, [0, 2]]) < 0.48).all(axis=1)
    assert np.abs(np.abs(points[inner, 1]) - 0.75 * CELL).max() < 0.1 * CELL
    assert (np.sign(points[inner, 1]) == np.sign(normals[inner, 1])).all()
    assert 0.45 < (points[:, 1] > 0).mean() < 0.55


def test_the_same_seed_gives_the_same_points() -> None:
    box = trimesh.creation.box((1, 0.5, 0.5))
    assert (_sampled(box)[0] == _sampled(box)[0]).all()
