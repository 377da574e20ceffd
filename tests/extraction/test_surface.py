"""Surfaces of fields that are known exactly, and what is said where there is none."""

import numpy as np
import pytest

from occstudio.errors import Cancelled, NoSurfaceError, OccStudioError
from occstudio.extraction.lattice import Lattice
from occstudio.extraction.surface import extract_surface
from occstudio.shapes.analytic import AnalyticField, box, sphere, torus, union
from occstudio.shapes.mesh import Mesh
from tests.extraction.fitted_field import THRESHOLD, fitted_field, require_golden_folder
from tests.extraction.sampled_field import CountingField, NoiseField, Patience


def test_who_judges_the_surface_sees_it_before_it_is_refined_and_may_refuse_it() -> None:
    shown: list[Mesh] = []

    class RefusedError(Exception):
        pass

    def judge(mesh: Mesh) -> None:
        shown.append(mesh)
        raise RefusedError

    field = CountingField(AnalyticField(sphere(0.3)))
    lattice = Lattice(field)
    with pytest.raises(RefusedError):
        extract_surface(field, resolution=32, refine_steps=2, lattice=lattice, judge=judge)
    assert shown[0].is_watertight
    assert field.exact + field.roughly == lattice.evaluations


def test_volume_of_a_sphere_errs_by_the_square_of_the_voxel() -> None:
    field, true = AnalyticField(sphere(0.4)), 4 / 3 * np.pi * 0.4**3
    lattice = Lattice(field)
    errors = [
        true - extract_surface(field, resolution=r, lattice=lattice, normals=False).mesh.volume
        for r in (32, 64, 128)
    ]
    assert 0 < errors[2] < 2e-4
    np.testing.assert_allclose(np.divide(errors[:2], errors[1:]), 4, rtol=0.1)


def test_a_torus_has_the_euler_characteristic_zero() -> None:
    mesh = extract_surface(AnalyticField(torus(0.3, 0.1)), resolution=64, normals=False).mesh
    assert mesh.is_watertight
    assert mesh.euler_characteristic == 0


def test_an_l_of_boxes_keeps_its_axes_and_its_hand() -> None:
    """Long along x, middle along y, short along z: no swap and no mirror leaves this as it is."""
    field = AnalyticField(
        union(
            box((0.5, 0.1, 0.1), (0.25, 0, 0)),
            box((0.1, 0.4, 0.1), (0, 0.2, 0)),
            box((0.1, 0.1, 0.3), (0, 0, 0.15)),
        )
    )
    mesh = extract_surface(field, resolution=110).mesh
    np.testing.assert_allclose(mesh.vertices.max(axis=0), (0.5, 0.4, 0.3), atol=0.003)
    np.testing.assert_allclose(mesh.vertices.min(axis=0), (-0.05, -0.05, -0.05), atol=0.003)
    assert mesh.volume > 0


def test_a_thin_plate_is_a_closed_sheet() -> None:
    mesh = extract_surface(AnalyticField(box((0.8, 0.015, 0.6))), resolution=128).mesh
    assert mesh.is_watertight
    assert mesh.euler_characteristic == 2
    assert mesh.volume == pytest.approx(0.8 * 0.015 * 0.6, rel=0.05)


def test_a_shape_that_leaves_the_box_is_capped_at_its_faces() -> None:
    field = AnalyticField(sphere(0.6, (0.3, 0.2, -0.1)))
    extraction = extract_surface(field, resolution=64)
    mesh = extraction.mesh
    assert mesh.is_watertight
    assert mesh.euler_characteristic == 2
    assert np.abs(mesh.vertices).max() == pytest.approx(0.55, abs=1e-5)
    assert mesh.normals is not None
    inner = mesh.vertices[:, 0] > 0.55 - 1e-6
    inner &= np.linalg.norm(mesh.vertices[:, 1:] - (0.2, -0.1), axis=1) < 0.34
    np.testing.assert_allclose(mesh.normals[inner], np.tile((1, 0, 0), (inner.sum(), 1)))


@pytest.mark.parametrize("resolution", [48, 81])
@pytest.mark.parametrize("seed", range(6))
def test_any_surface_is_watertight(seed: int, resolution: int) -> None:
    threshold = np.random.default_rng(seed).uniform(0.05, 0.95)
    field = NoiseField(seed, waves=9)
    mesh = extract_surface(field, resolution=resolution, threshold=threshold, normals=False).mesh
    assert mesh.is_watertight
    assert mesh.volume > 0


def test_normals_point_outward_and_have_length_one() -> None:
    mesh = extract_surface(AnalyticField(sphere(0.4)), resolution=48).mesh
    assert mesh.normals is not None
    np.testing.assert_allclose(mesh.normals, mesh.vertices / 0.4, atol=0.01)
    np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-5)


def test_refinement_puts_vertices_onto_the_level_set() -> None:
    ball = sphere(0.4)
    bent = AnalyticField(lambda points: np.sign(ball(points)) * np.sqrt(np.abs(ball(points))))
    plain, fine = (
        np.abs(
            np.linalg.norm(
                extract_surface(bent, resolution=32, refine_steps=n).mesh.vertices, axis=1
            )
            - 0.4
        ).max()
        for n in (0, 6)
    )
    assert fine < 0.1 * plain


@pytest.mark.parametrize(("shift", "side"), [(-6.0, "below"), (9.0, "above"), (-30.0, "below")])
def test_no_surface_names_a_threshold_that_gives_one(shift: float, side: str) -> None:
    ball = sphere(0.3)
    field = AnalyticField(lambda points: ball(points) - np.float32(shift / 10), sharpness=10)
    with pytest.raises(NoSurfaceError, match=f"all values are {side} it") as raised:
        extract_surface(field, resolution=64)
    assert raised.value.suggestion is not None
    mesh = extract_surface(field, resolution=64, threshold=raised.value.suggestion).mesh
    assert not mesh.is_empty


def test_a_constant_field_has_no_suggestion() -> None:
    field = AnalyticField(lambda points: np.full(len(points), 0.1, np.float32))
    with pytest.raises(NoSurfaceError, match="constant") as raised:
        extract_surface(field, resolution=32)
    assert raised.value.suggestion is None


@pytest.mark.parametrize("resolution", [3, 5000])
def test_an_impossible_resolution_is_refused(resolution: int) -> None:
    with pytest.raises(OccStudioError, match="out of range"):
        extract_surface(AnalyticField(sphere(0.3)), resolution=resolution)


def test_every_stage_can_be_cancelled() -> None:
    field = AnalyticField(sphere(0.4), batch=5_000)
    whole = Patience()
    extract_surface(field, resolution=64, refine_steps=2, watch=whole)
    asked = 10**9 - whole.questions
    stages = {stage for stage, _ in whole.told}
    assert stages == {"decode", "contour", "refine", "normals"}
    for questions in range(0, asked, max(asked // 12, 1)):
        with pytest.raises(Cancelled):
            extract_surface(field, resolution=64, refine_steps=2, watch=Patience(questions))


@pytest.mark.parametrize("case", ["convonet", "onet"])
@pytest.mark.parametrize(("resolution", "steps"), [(64, 1), (128, 2)])
def test_the_papers_generator_made_the_same_mesh(case: str, resolution: int, steps: int) -> None:
    from scipy.spatial import KDTree

    folder = require_golden_folder()
    mesh = extract_surface(
        fitted_field(folder, case), resolution=resolution, threshold=THRESHOLD, normals=False
    ).mesh
    with np.load(folder / f"{case}_mesh_r32_up{steps}.npz") as stored:
        vertices, faces = stored["v"], stored["f"]
    voxel = 1.1 / resolution
    # Corresponding vertices bound the distance between the surfaces from above.
    there = KDTree(vertices).query(mesh.vertices)[0].max()
    back = KDTree(mesh.vertices).query(vertices)[0].max()
    assert max(there, back) < 0.05 * voxel
    assert mesh.is_watertight
    assert mesh.euler_characteristic == len(vertices) - len(faces) // 2


@pytest.mark.slow
def test_a_grid_of_1024_cells_stays_under_four_gigabytes() -> None:
    import subprocess
    import sys

    script = (
        "import resource\n"
        "from occstudio.extraction.surface import extract_surface\n"
        "from occstudio.shapes.analytic import AnalyticField, torus\n"
        "found = extract_surface(AnalyticField(torus(.38, .14)), resolution=1024, normals=False)\n"
        "assert found.mesh.volume > 0.1, found.mesh.volume\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(ran.stdout) < 4e9
