"""The model that ships, on the scans that ship, against the truth they were scanned from."""

from pathlib import Path

import numpy as np
import pytest

from occstudio import paths
from occstudio.datasets.shape_store import ShapeStore, StoredShape
from occstudio.exchange.point_cloud_reader import read_point_cloud
from occstudio.inference.library import load_model
from occstudio.metrics import contains_points, iou
from occstudio.shapes.frame import Frame

STORE = Path(__file__).parent / "data" / "furniture"
SAMPLES = {
    "chair": ("Scopia/chair", 0.80),
    "piano-bench": ("BlendSwap-CC-0/pianoBench", 0.80),
    "bunk-bed": ("BlendSwap-CC-BY/bunkBed", 0.70),
}
"""Bundled scan: the shape it was taken from, and the IoU that the shipped model must reach."""


def true_shape(name: str) -> tuple[StoredShape, Frame]:
    """The truth of a bundled scan, and the frame in which it is stored."""
    store = ShapeStore.open(STORE)
    shape = store[store.index_of(name)]
    return shape, Frame(scale=100 / max(shape.record.size_cm), unit="m")


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_field_of_a_bundled_scan_agrees_with_the_truth(sample: str) -> None:
    name, least = SAMPLES[sample]
    shape, stored = true_shape(name)
    cloud = read_point_cloud(paths.samples() / f"{sample}.ply")
    model = load_model("scan-any", "cpu")
    field = model.field(model.encode(cloud))
    queries = np.random.default_rng(0).uniform(-0.55, 0.55, (50_000, 3)).astype(np.float32)
    world = stored.to_world(queries)
    level = np.log(model.card.threshold / (1 - model.card.threshold))
    predicted = field(cloud.frame.to_model(world)) > level
    assert iou(predicted, shape.occupancy(queries)) >= least


def test_a_mesh_from_the_library_call_agrees_with_the_truth_in_metres() -> None:
    import occstudio

    name, least = SAMPLES["chair"]
    shape, stored = true_shape(name)
    cloud = occstudio.read_point_cloud(paths.samples() / "chair.ply")
    mesh = occstudio.reconstruct(cloud, occstudio.load_model("scan-any", "cpu"), resolution=64)
    assert mesh.is_watertight
    queries = np.random.default_rng(1).uniform(-0.5, 0.5, (20_000, 3)).astype(np.float32)
    inside = contains_points(mesh, stored.to_world(queries))
    assert iou(inside, shape.occupancy(queries)) >= least - 0.05


def test_a_million_points_are_thinned_and_give_the_same_shape() -> None:
    """Points far beyond what the network was trained with neither fail nor take minutes."""
    name, least = SAMPLES["chair"]
    shape, _ = true_shape(name)
    rng = np.random.default_rng(2)
    many = shape.points[rng.integers(len(shape.points), size=1_000_000)]
    from occstudio.shapes.point_cloud import PointCloud

    cloud = PointCloud(many + rng.normal(0, 0.003, many.shape), Frame())
    model = load_model("scan-any", "cpu")
    field = model.field(model.encode(cloud))
    queries = rng.uniform(-0.55, 0.55, (20_000, 3)).astype(np.float32)
    assert iou(field(queries) > 0, shape.occupancy(queries)) >= least - 0.1
