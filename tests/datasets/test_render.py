"""Views agree with the labels they are trained with, and test shapes stay out of training."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from occstudio.datasets.build import build_dataset
from occstudio.datasets.mesh_source import MeshSource
from occstudio.datasets.procedural import read_cache, write_cache
from occstudio.datasets.render import RenderRecipe, render_dataset
from occstudio.datasets.render_store import RenderStore
from occstudio.datasets.shape_store import ShapeStore
from occstudio.errors import Cancelled, EmptyShapeError, UnreadableFileError

RECIPE = RenderRecipe(size=64, views=6, solid_views=2, seed=3)

# A seat: a slab with a back at its rear (-Z), one quad each side, up is +Y. Left half of the
# picture is red, right half blue; the back is green without a picture.
SEAT = ((-5, 0, -5), (5, 2, 5))
BACK = ((-5, 2, -5), (5, 12, -3))


def chair_obj() -> str:
    lines = ["mtllib chair.mtl", "vt 0 0", "vt 1 0", "vt 1 1", "vt 0 1"]
    for low, high in (SEAT, BACK):
        corners = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
        lines += [
            f"v {(low, high)[x][0]} {(low, high)[y][1]} {(low, high)[z][2]}" for x, y, z in corners
        ]
    sides = ((1, 2, 4, 3), (5, 7, 8, 6), (1, 5, 6, 2), (3, 4, 8, 7), (1, 3, 7, 5), (2, 6, 8, 4))
    for material, offset in (("seat", 0), ("back", 8)):
        lines.append(f"usemtl {material}")
        for side in sides:
            lines.append("f " + " ".join(f"{c + offset}/{i + 1}" for i, c in enumerate(side)))
    return "\n".join(lines)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("meshes") / "shop"
    folder.mkdir()
    (folder / "chair.mtl").write_text(
        "newmtl seat\nKd 0.1 0.1 0.1\nmap_Kd cloth.png\nnewmtl back\nKd 0 0.9 0\n"
    )
    halves = np.zeros((8, 8, 3), np.uint8)
    halves[:, :4, 0] = halves[:, 4:, 2] = 255
    Image.fromarray(halves).save(folder / "cloth.png")
    # Stretched differently, so that they are no twins.
    for i, stretch in enumerate((1, 2, 0.5, 3, 0.35, 4)):
        text = chair_obj().replace("v 5", f"v {5 * stretch}").replace("v -5", f"v {-5 * stretch}")
        (folder / f"chair{i}.obj").write_text(text)
    return folder


@pytest.fixture(scope="module")
def labels(library: Path, tmp_path_factory: pytest.TempPathFactory) -> ShapeStore:
    out = tmp_path_factory.mktemp("labels")
    build_dataset(library, out, surface_points=1000)
    return ShapeStore.open(out)


@pytest.fixture(scope="module")
def rendered(
    library: Path, labels: ShapeStore, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, RenderStore]:
    out = tmp_path_factory.mktemp("views")
    render_dataset(MeshSource(library), labels, out, RECIPE)
    parts = {record.split for record in labels.records}
    return {part: RenderStore.open(out, part) for part in parts}


def test_every_labelled_shape_is_rendered_into_its_own_part(
    labels: ShapeStore, rendered: dict[str, RenderStore]
) -> None:
    for record in labels.records:
        holding = [
            part for part, store in rendered.items() if store.index_of(record.id) is not None
        ]
        assert holding == [record.split]
    assert sum(len(shape.offsets) for s in rendered.values() for shape in s.shapes) == 6 * 6


def test_depth_lies_on_the_labelled_surface(
    labels: ShapeStore, rendered: dict[str, RenderStore]
) -> None:
    for store in rendered.values():
        for i, shape in enumerate(store.shapes):
            stored = labels[labels.index_of(shape.id)]
            for k in range(len(shape.offsets)):
                view = store.read(i, k).view
                rows, columns = np.nonzero(view.depth)
                seen = np.column_stack([columns, rows]) + 0.5
                points = view.camera.unproject(seen, view.depth[rows, columns])
                off = np.abs(stored.distance(points.astype(np.float32)))
                assert np.median(off) < 0.004
                assert np.quantile(off, 0.98) < 0.012


def test_opacity_is_the_silhouette_of_the_labels(
    labels: ShapeStore, rendered: dict[str, RenderStore]
) -> None:
    store = next(iter(rendered.values()))
    stored = labels[labels.index_of(store.shapes[0].id)]
    for k in range(3):
        view = store.read(0, k).view
        size = view.depth.shape[0]
        where = np.stack(np.meshgrid(np.arange(size), np.arange(size)), axis=-1) + 0.5
        eye = np.linalg.norm(view.camera.position)
        hit = np.zeros(size * size, bool)
        for depth in np.linspace(eye - 0.9, eye + 0.9, 240):
            ray = view.camera.unproject(where.reshape(-1, 2), np.full(size * size, depth))
            hit |= stored.occupancy(ray.astype(np.float32))
        seen = view.pixels[..., 3].reshape(-1) >= 128
        assert (hit & seen).sum() / (hit | seen).sum() > 0.95


def test_views_are_framed_upright_and_clean(rendered: dict[str, RenderStore]) -> None:
    for store in rendered.values():
        for k in range(6):
            view = store.read(0, k)
            alpha = view.view.pixels[..., 3]
            rows, columns = np.nonzero(alpha >= 128)
            longest = max(np.ptp(rows), np.ptp(columns)) + 1
            assert 0.82 < longest / 64 < 0.9  # an eighth of the longer side is margin
            assert (view.view.pixels[alpha == 0] == 0).all()
            assert np.allclose(view.view.depth[alpha == 255] > 0, True)
            up = view.view.camera.rotation @ (0, 1, 0)
            assert up[1] < -np.cos(np.radians(50 + 15))
            top, _ = view.view.camera.project(np.array([[0, 0.5, 0], [0, -0.5, 0.0]]))
            assert top[0, 1] < top[1, 1]


def test_own_materials_are_seen_and_others_too(rendered: dict[str, RenderStore]) -> None:
    colors = np.concatenate(
        [
            s.pixels(i, k).reshape(-1, 4)
            for s in rendered.values()
            for i in range(len(s))
            for k in range(6)
        ]
    )
    opaque = colors[colors[:, 3] == 255][:, :3].astype(int)
    red, green, blue = (
        (opaque[:, c] > 2 * np.delete(opaque, c, 1).max(axis=1) + 20) for c in range(3)
    )
    assert min(red.mean(), green.mean(), blue.mean()) > 0.03
    assert (~(red | green | blue)).mean() > 0.1


def test_a_stopped_run_goes_on_and_ends_as_an_unbroken_one(
    library: Path, labels: ShapeStore, rendered: dict[str, RenderStore], tmp_path: Path
) -> None:
    class StopsAfter:
        def __init__(self, shapes: int) -> None:
            self.left = shapes

        def check(self) -> None:
            self.left -= 1
            if self.left < 0:
                raise Cancelled

        def report(self, stage: str, fraction: float) -> None: ...

    with pytest.raises(Cancelled):
        render_dataset(MeshSource(library), labels, tmp_path, RECIPE, watch=StopsAfter(3))
    for index in tmp_path.glob("*/index.jsonl"):
        index.write_bytes(index.read_bytes()[:-5])  # and the power failed while it wrote
    with (next(tmp_path.glob("*/views.bin"))).open("ab") as stream:
        stream.write(b"half a view")
    report = render_dataset(MeshSource(library), labels, tmp_path, RECIPE, workers=2)
    assert report.rendered < 6 or len(rendered) == 3
    for part, whole in rendered.items():
        again = RenderStore.open(tmp_path, part)
        assert {s.id for s in again.shapes} == {s.id for s in whole.shapes}
        for i, shape in enumerate(whole.shapes):
            j = again.index_of(shape.id)
            assert j is not None
            for k in range(6):
                assert (again.pixels(j, k) == whole.pixels(i, k)).all()
    assert not render_dataset(MeshSource(library), labels, tmp_path, RECIPE).rendered


def test_solids_are_rendered_for_training_only_and_agree_with_their_occupancy(
    tmp_path: Path,
) -> None:
    write_cache(tmp_path / "solids.npz", 6, seed=1, surface_points=200, workers=1)
    render_dataset(None, None, tmp_path / "views", RECIPE, cache=tmp_path / "solids.npz")
    store = RenderStore.open(tmp_path / "views", "train")
    solids = read_cache(tmp_path / "solids.npz")
    assert [shape.solid for shape in store.shapes] == list(range(6))
    with pytest.raises(UnreadableFileError, match="no views"):
        RenderStore.open(tmp_path / "views", "test")
    for i, shape in enumerate(store.shapes):
        assert shape.solid is not None
        view = store.read(i, 0).view
        rows, columns = np.nonzero(view.depth)
        seen = np.column_stack([columns, rows]) + 0.5
        for shift, inside in ((-0.02, 0.0), (0.012, 0.9)):
            points = view.camera.unproject(seen, view.depth[rows, columns] + shift)
            share = solids[shape.solid].occupancy(points).mean()
            assert share < 0.08 if inside == 0 else share > inside - 0.2


def test_nothing_to_render_is_said(library: Path, labels: ShapeStore, tmp_path: Path) -> None:
    with pytest.raises(EmptyShapeError, match="nothing to render"):
        render_dataset(MeshSource(library), labels, tmp_path, RECIPE, classes=["sofa"])


def test_a_damaged_store_is_one_sentence(rendered: dict[str, RenderStore], tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "index.jsonl").write_text("{}\n")
    with pytest.raises(UnreadableFileError, match="damaged"):
        RenderStore.open(tmp_path, "train")
    with pytest.raises(UnreadableFileError, match="no part"):
        RenderStore.open(tmp_path, "trian")
