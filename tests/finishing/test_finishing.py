"""Everything that is done to a mesh after extraction, against shapes that are known."""

import math

import numpy as np
import pytest

from occstudio.errors import Cancelled, OccStudioError
from occstudio.finishing import simplify_child
from occstudio.finishing.colour import by_height, coloured
from occstudio.finishing.components import (
    face_pieces,
    largest_piece,
    without_fragments,
    without_unused,
)
from occstudio.finishing.edges import Edges
from occstudio.finishing.finishing import PLAIN, Finishing, finished
from occstudio.finishing.health import health_of
from occstudio.finishing.holes import filled, rims
from occstudio.finishing.manifold import parted
from occstudio.finishing.simplify import simplified
from occstudio.finishing.smooth import smoothed
from occstudio.finishing.thickness import wall_thickness, wall_thicknesses
from occstudio.shapes.analytic import box, sphere, union
from occstudio.shapes.mesh import EMPTY_MESH, Mesh
from occstudio.studio.background import Token
from tests.finishing.solids import ball, mesh_of, noisy, ring, two_balls, without_faces

SPHERE_VOLUME = 4 / 3 * math.pi * 0.4**3


def roughness(mesh: Mesh) -> float:
    """Spread of the distances from the middle of a sphere."""
    return float(np.linalg.norm(mesh.vertices, axis=1).std())


# -- edges and pieces ------------------------------------------------------------------------


def test_a_closed_mesh_has_three_edges_for_two_triangles() -> None:
    mesh = ball()
    edges = Edges.of(mesh)
    assert len(edges) == len(mesh.faces) * 3 // 2
    assert edges.is_closed
    assert (edges.ends[:, 0] < edges.ends[:, 1]).all()


def test_neighbours_know_each_other() -> None:
    around = Edges.of(ring()).adjacency()
    assert (around != around.T).nnz == 0
    assert around.diagonal().sum() == 0


def test_two_balls_are_two_pieces_the_larger_one_first() -> None:
    mesh = two_balls()
    sizes = np.bincount(face_pieces(mesh))
    assert len(sizes) == 2
    assert sizes[0] > sizes[1]
    kept = largest_piece(mesh)
    assert len(kept.faces) == sizes[0]
    assert kept.vertices[:, 0].max() < 0.1
    assert kept.is_watertight
    assert kept.volume == pytest.approx(4 / 3 * math.pi * 0.25**3, rel=0.01)
    assert kept.normals is not None
    assert len(kept.normals) == len(kept.vertices)


def test_one_piece_is_left_as_it_is() -> None:
    mesh = ball()
    assert largest_piece(mesh) is mesh
    assert without_fragments(mesh, 0.5) is mesh
    assert without_unused(mesh) is mesh


def test_fragments_go_by_their_size_beside_the_largest() -> None:
    mesh = two_balls()
    sizes = np.bincount(face_pieces(mesh))
    part = sizes[1] / sizes[0]
    assert without_fragments(mesh, part * 0.9) is mesh
    assert len(without_fragments(mesh, part * 1.1).faces) == sizes[0]


def test_nothing_has_no_pieces() -> None:
    assert len(face_pieces(EMPTY_MESH)) == 0
    assert largest_piece(EMPTY_MESH).is_empty
    assert without_fragments(EMPTY_MESH).is_empty


# -- smoothing -------------------------------------------------------------------------------


@pytest.mark.parametrize("iterations", [1, 10, 50])
def test_smoothing_keeps_the_volume_of_a_sphere_and_noise_falls(iterations: int) -> None:
    rough = noisy(ball(), 0.003)
    made = smoothed(rough, iterations)
    assert made.volume == pytest.approx(rough.volume, rel=1e-4)
    assert roughness(made) < roughness(rough) * (0.75 if iterations == 1 else 0.4)
    assert made.is_watertight


def test_smoothing_keeps_the_radius_of_a_clean_sphere() -> None:
    made = smoothed(ball(), 50)
    radius = np.linalg.norm(made.vertices, axis=1)
    assert radius == pytest.approx(0.4, abs=0.002)
    assert made.normals is not None
    outward = made.vertices / radius[:, None]
    assert np.einsum("ij,ij->i", made.normals, outward).min() > 0.99


def test_smoothing_leaves_the_rim_of_an_open_mesh_where_it_is() -> None:
    mesh = without_faces(noisy(ball(), 0.002), (0, 0.4, 0), 0.15)
    rim = np.concatenate(rims(mesh))
    made = smoothed(mesh, 10)
    assert np.array_equal(made.vertices[rim], mesh.vertices[rim])
    assert not np.array_equal(made.vertices, mesh.vertices)


def test_no_smoothing_is_the_same_mesh() -> None:
    mesh = ball()
    assert smoothed(mesh, 0) is mesh
    assert smoothed(EMPTY_MESH, 5) is EMPTY_MESH


# -- simplification --------------------------------------------------------------------------


@pytest.mark.parametrize("target", [2000, 400, 60])
def test_simplifying_gives_the_count_and_stays_closed(target: int) -> None:
    made = simplified(ring(), target)
    assert made.is_met
    assert abs(len(made.mesh.faces) - target) <= 0.01 * target + 2
    assert made.mesh.is_watertight
    assert health_of(made.mesh).genus == 1
    assert not made.note


def test_simplifying_keeps_the_shape() -> None:
    made = simplified(ball(64), 1000).mesh
    assert made.volume == pytest.approx(SPHERE_VOLUME, rel=0.01)
    assert np.linalg.norm(made.vertices, axis=1) == pytest.approx(0.4, abs=0.006)


def test_a_large_mesh_is_simplified_in_a_process_of_its_own_to_the_same() -> None:
    mesh = ball(100)
    assert len(mesh.faces) > 20_000
    here = simplify_child.reduced(
        np.array(mesh.vertices, np.float64), np.array(mesh.faces, np.int32), 3000
    )
    made = simplified(mesh, 3000).mesh
    corners = (
        np.sort(m.round(6).view(np.float32).reshape(-1, 9), axis=0)
        for m in (made.vertices[made.faces], np.asarray(here[0], np.float32)[here[1]])
    )
    ours, theirs = corners
    assert ours == pytest.approx(theirs, abs=1e-5)


def test_a_process_that_simplifies_ends_when_it_is_cancelled() -> None:
    class CancelledAtOnce(Token):
        def check(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        simplified(ball(100), 3000, CancelledAtOnce())


def test_more_triangles_than_there_are_is_the_same_mesh() -> None:
    mesh = ball()
    assert simplified(mesh, len(mesh.faces)).mesh is mesh


def test_too_few_triangles_are_refused() -> None:
    with pytest.raises(OccStudioError, match="4 is the least"):
        simplified(ball(), 3)


def test_a_count_that_would_tear_the_surface_is_not_met_and_said() -> None:
    made = simplified(ring(), 8)  # no torus has so few
    assert made.mesh.is_watertight
    assert 8 < len(made.mesh.faces) < 200
    assert not made.is_met
    assert made.note.startswith("8 triangles could not be reached without tearing the surface")


def test_pieces_that_are_too_small_for_so_few_triangles_go_and_it_is_said() -> None:
    places = [(x, 0, z) for x in (-0.35, 0, 0.35) for z in (-0.35, 0, 0.35)]
    small = [sphere(0.05, place) for place in places if any(place)]
    made = simplified(mesh_of(union(sphere(0.2), *small), 48), 40)
    assert made.is_met
    assert made.mesh.is_watertight
    assert 0 < made.lost_pieces < 9
    assert made.note.endswith("too small for so few triangles and went")


def test_sheets_that_touch_at_an_edge_are_parted() -> None:
    # Two tetrahedra that share an edge: four triangles meet there.
    vertices = np.array(
        [[0, 0, 0], [0, 0, 1], [1, 0, 0], [1, 1, 0], [-1, 0, 0], [-1, -1, 0]], np.float32
    )
    one = np.array([[0, 3, 2], [0, 1, 3], [1, 2, 3], [0, 2, 1]])
    other = np.array([[0, 5, 4], [0, 1, 5], [1, 4, 5], [0, 4, 1]])
    mesh = Mesh(vertices, np.concatenate([one, other]).astype(np.int32))
    assert health_of(mesh).faulty_edges == 1
    made = parted(mesh)
    assert made.is_watertight
    assert health_of(made).components == 2
    assert len(made.vertices) == 8
    assert made.volume == pytest.approx(mesh.volume)


def test_flaps_go_and_whole_meshes_stay_whole() -> None:
    whole = ball(24)
    a, b, c = whole.faces[0]
    flaps = np.array([[a, b, c], [a, c, b], [a, a, b]], np.int32)
    made = parted(Mesh(whole.vertices, np.concatenate([whole.faces[1:], whole.faces[:1], flaps])))
    assert made.volume == pytest.approx(parted(whole).volume, rel=0.01)
    assert len(parted(whole).vertices) == len(whole.vertices)


# -- holes -----------------------------------------------------------------------------------


def test_a_hole_is_closed_and_the_volume_comes_back() -> None:
    whole = ball()
    mesh = without_faces(whole, (0, 0.4, 0), 0.06)
    assert not mesh.is_watertight
    assert len(rims(mesh)) == 1
    made = filled(mesh)
    assert made.is_watertight
    assert made.volume == pytest.approx(whole.volume, rel=0.005)


def test_a_missing_triangle_is_put_back() -> None:
    whole = ball()
    made = filled(Mesh(whole.vertices, whole.faces[1:]))
    assert made.is_watertight
    assert len(made.faces) == len(whole.faces)
    assert len(made.vertices) == len(whole.vertices)


def test_long_rims_and_whole_meshes_are_left_alone() -> None:
    whole = ball()
    assert filled(whole) is whole
    half = without_faces(whole, (0, 0.4, 0), 0.5)
    assert filled(half, most_edges=10) is half
    assert filled(EMPTY_MESH) is EMPTY_MESH


# -- colour ----------------------------------------------------------------------------------


def test_colour_by_normal_tells_the_direction() -> None:
    made = coloured(ball(), "normal")
    assert made.colors is not None
    assert made.colors[made.vertices[:, 1].argmax()] == pytest.approx([128, 255, 128], abs=8)
    assert made.colors[made.vertices[:, 0].argmin()] == pytest.approx([0, 128, 128], abs=8)


def test_colour_by_height_goes_from_dark_to_light() -> None:
    colors = by_height(np.linspace(-1, 1, 50)).astype(float)
    assert (np.diff(colors @ [0.299, 0.587, 0.114]) > 0).all()
    assert len(by_height(np.zeros(3))) == 3


def test_an_unknown_colouring_is_refused() -> None:
    with pytest.raises(OccStudioError, match="normal, height"):
        coloured(ball(), "curvature")
    mesh = ball()
    assert coloured(mesh, "") is mesh


# -- health ----------------------------------------------------------------------------------


def test_a_sphere_has_no_handle_a_torus_one_and_two_balls_two_pieces() -> None:
    assert health_of(ball()).genus == 0
    assert health_of(ring()).genus == 1
    two = health_of(two_balls())
    assert (two.components, two.genus, two.is_watertight) == (2, 0, True)
    assert health_of(ring()).euler == ring().euler_characteristic


def test_an_open_mesh_says_how_many_edges_are_open() -> None:
    mesh = ball()
    open_mesh = Mesh(mesh.vertices, mesh.faces[1:])
    health = health_of(open_mesh)
    assert (health.boundary_edges, health.genus, health.is_watertight) == (3, None, False)


def test_edges_with_three_triangles_and_turned_triangles_are_faulty() -> None:
    mesh = ball()
    extra = np.concatenate([mesh.vertices, [[0, 0, 0]]]).astype(np.float32)
    fin = np.concatenate([mesh.faces, [[*mesh.faces[0, :2], len(mesh.vertices)]]])
    assert health_of(Mesh(extra, fin.astype(np.int32))).faulty_edges == 1
    turned = mesh.faces.copy()
    turned[0] = turned[0, ::-1]
    assert health_of(Mesh(mesh.vertices, turned)).faulty_edges == 3


def test_nothing_is_not_sound() -> None:
    assert not health_of(EMPTY_MESH).is_watertight


def test_walls_are_as_thick_as_they_are() -> None:
    assert wall_thickness(ring(64)) == pytest.approx(0.24, rel=0.05)
    slab = mesh_of(box((0.8, 0.06, 0.8)), 64)
    assert np.median(wall_thicknesses(slab)) == pytest.approx(0.06, rel=0.05)


# -- all together ----------------------------------------------------------------------------


def test_nothing_wanted_is_the_same_mesh() -> None:
    mesh = ball()
    assert finished(mesh, PLAIN).mesh is mesh
    assert finished(EMPTY_MESH, Finishing(True, 5, 100)).mesh is EMPTY_MESH


def test_everything_wanted_is_done_in_order() -> None:
    wanted = Finishing(keep_largest=True, smooth_iterations=5, target_faces=300, colouring="height")
    made = finished(two_balls(), wanted)
    assert len(made.mesh.faces) == pytest.approx(300, abs=5)
    assert health_of(made.mesh).components == 1
    assert made.mesh.colors is not None
    assert made.mesh.normals is not None
    assert not made.notes


def test_finishing_is_given_up_when_it_is_cancelled() -> None:
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        finished(ball(), Finishing(smooth_iterations=5), token)
