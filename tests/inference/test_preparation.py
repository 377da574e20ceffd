"""An observation becomes what the papers' networks were trained on."""

import numpy as np
import pytest

from occstudio.errors import ModelError
from occstudio.inference.preparation import prepared
from occstudio.shapes.frame import Frame
from occstudio.shapes.image import Image
from occstudio.shapes.input_spec import InputSpec
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.voxel_grid import VoxelGrid

_POINTS = np.random.default_rng(0).uniform((2, 3, 4), (6, 4, 4.5), (1000, 3))
CLOUD = PointCloud.of(_POINTS)
CELLS = VoxelGrid.of(np.random.default_rng(1).random((32, 32, 32)) > 0.5)
PHOTO = Image(np.random.default_rng(2).integers(0, 256, (224, 224, 3)).astype(np.uint8))


def test_all_points_are_given_in_the_cube() -> None:
    found = prepared(CLOUD, InputSpec())
    np.testing.assert_array_equal(found.inputs[0], CLOUD.model_points)
    assert found.scale == 1


def test_so_many_points_are_drawn_with_replacement_and_always_the_same() -> None:
    spec = InputSpec(points=300, is_drawn=True)
    few = CLOUD.with_frame(CLOUD.frame)
    found = prepared(few, spec).inputs
    assert found.shape == (1, 300, 3)
    np.testing.assert_array_equal(found, prepared(few, spec).inputs)
    assert not np.array_equal(found, prepared(few, spec, seed=1).inputs)
    tiny = PointCloud.of(_POINTS[:5])
    assert prepared(tiny, spec).inputs.shape == (1, 300, 3)


def test_points_outside_the_box_are_left_out_and_an_empty_box_is_refused() -> None:
    half = CLOUD.with_frame(Frame.fit(_POINTS[:50], side=3.0))
    assert np.abs(prepared(half, InputSpec()).inputs).max() <= 0.55
    with pytest.raises(ModelError, match="fit the frame"):
        prepared(CLOUD.with_frame(Frame((99, 99, 99))), InputSpec())


def test_the_farthest_point_lies_just_inside_the_unit_sphere() -> None:
    found = prepared(CLOUD, InputSpec("latent", "sphere", 2.0))
    assert np.linalg.norm(found.inputs, axis=-1).max() == pytest.approx(1 / 1.03, rel=1e-6)
    np.testing.assert_allclose(found.inputs[0], found.scale * CLOUD.model_points, rtol=1e-6)


def test_metres_stay_metres() -> None:
    found = prepared(CLOUD, InputSpec(normalisation="metres", points=200_000))
    np.testing.assert_allclose(np.ptp(found.inputs[0], axis=0), np.ptp(_POINTS, axis=0), rtol=1e-5)


def test_a_photo_of_the_right_size_is_only_scaled_to_one() -> None:
    found = prepared(PHOTO, InputSpec("image", resolution=224)).inputs
    np.testing.assert_array_equal(found[0], PHOTO.pixels.transpose(2, 0, 1).astype("f4") / 255)


def test_a_photo_of_another_shape_is_resized_over_white() -> None:
    pixels = np.zeros((50, 400, 4), np.uint8)
    found = prepared(Image(pixels), InputSpec("image", resolution=224)).inputs
    assert found.shape == (1, 3, 224, 224)
    assert (found == 1).all()


def test_voxels_are_given_as_they_are_and_scans_become_voxels() -> None:
    spec = InputSpec("voxels", resolution=32)
    np.testing.assert_array_equal(prepared(CELLS, spec).inputs[0], CELLS.occupancy)
    cells = prepared(CLOUD, spec).inputs[0]
    for axis, share in enumerate((1, 0.25, 0.125)):
        across = cells.any(axis=tuple({0, 1, 2} - {axis})).sum()
        assert abs(across - 32 * share) <= 2


def test_a_closed_scan_becomes_a_solid() -> None:
    sphere = np.random.default_rng(3).normal(size=(60_000, 3))
    sphere /= np.linalg.norm(sphere, axis=1, keepdims=True)
    cells = prepared(PointCloud.of(sphere), InputSpec("voxels", resolution=32)).inputs[0]
    assert cells.sum() / 32**3 == pytest.approx(np.pi / 6, rel=0.15)


def test_a_sequence_is_the_still_scan_again_and_again() -> None:
    found = prepared(CLOUD, InputSpec(points=300, is_drawn=True, frames=17, is_timed=True))
    assert found.inputs.shape == (1, 17, 300, 3)
    assert (found.inputs == found.inputs[:, :1]).all()


@pytest.mark.parametrize(
    ("observation", "kind", "words"),
    [
        (PHOTO, "points", "takes a scan or a mesh, not a photo"),
        (PHOTO, "voxels", "takes voxels, not a photo"),
        (CLOUD, "image", "takes a photo, not a point cloud"),
        (CELLS, "image", "takes a photo, not voxels"),
    ],
)
def test_the_wrong_kind_of_input_is_named(observation: PointCloud, kind: str, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        prepared(observation, InputSpec(kind))
