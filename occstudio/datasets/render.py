"""From models and procedural solids to training views, by processes, resumable.

The views of a shape depend on its id, its content and the seed alone: not on what else is
rendered, nor on how many processes do it. Real shapes keep the part of the split that their
labels have; what has no labels is not rendered. Half of a real shape's views show its own
materials, the others the same ones in other colours or random ones.
"""

from __future__ import annotations

import hashlib
import multiprocessing
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from occstudio.datasets.mesh_source import MeshSource, SourceModel
from occstudio.datasets.procedural import ProceduralSolid, read_cache
from occstudio.datasets.procedural.cache import SolidCache
from occstudio.datasets.render_store import RenderWriter, pack_view
from occstudio.datasets.shape_store import ShapeStore
from occstudio.datasets.split import PARTS
from occstudio.errors import EmptyShapeError, OccStudioError
from occstudio.shapes.watch import UNWATCHED, Watch

if TYPE_CHECKING:
    from occstudio.datasets.view_renderer import ViewRenderer

RENDER_VERSION = 1  # raise it when the same shape would get other views
_OWN, _SHIFTED = 0.5, 0.2  # shares of views in own materials, and in these in other colours


@dataclass(frozen=True, slots=True)
class RenderRecipe:
    """What is rendered of each shape.

    Attributes
    ----------
    size : int
        Pixels of a view, both ways.
    views, solid_views : int
        Of a real and of a procedural shape.
    seed : int
        The same seed gives the same views.
    """

    size: int = 224
    views: int = 24
    solid_views: int = 4
    seed: int = 0


@dataclass(frozen=True, slots=True)
class RenderReport:
    """What a run did: shapes by part, of these rendered now, and what failed and why."""

    counts: dict[str, int]
    rendered: int
    failures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Job:
    id: str
    shape_class: str
    part: str
    key: str
    shape: SourceModel | _Solid


@dataclass(frozen=True, slots=True)
class _Solid:
    # Rebuilt when its turn comes: thousands at once would take minutes.
    cache: SolidCache
    number: int

    def load(self) -> ProceduralSolid:
        solid = self.cache[self.number]
        return ProceduralSolid(solid.parts, solid.kind)  # its samples are heavy to send


def render_dataset(
    source: MeshSource | None,
    labels: ShapeStore | None,
    out: Path,
    recipe: RenderRecipe,
    *,
    classes: Sequence[str] = (),
    cache: Path | None = None,
    kinds: Sequence[str] = (),
    workers: int = 1,
    watch: Watch = UNWATCHED,
) -> RenderReport:
    """Render the models of a source that have labels, then the solids of a cache.

    Parameters
    ----------
    source, labels
        Models, and the data set built from them, which says in which part each is.
    out : Path
        Folder of the views; those of an earlier run are kept.
    recipe : RenderRecipe
    classes, kinds : sequence of str
        Of real and of procedural shapes; all if empty.
    cache : Path or None
        Procedural solids; all of them are in the training part.
    workers : int
        Processes; with one, this process does it.
    watch : Watch
        Told how far it is (stage ``render``); may cancel, which loses no finished shape.

    Raises
    ------
    EmptyShapeError
        If there is nothing to render.
    """
    jobs = _real_jobs(source, labels, recipe, set(classes)) if source and labels else []
    solids = list(_solid_jobs(cache, recipe, set(kinds))) if cache else []
    total = len(jobs) + len(solids)
    if not total:
        raise EmptyShapeError("nothing to render: no model of these classes has labels")
    writers = {part: RenderWriter(out, part) for part in PARTS}
    todo = [job for job in (*jobs, *solids) if job.key not in writers[job.part].keys]
    failures: list[tuple[str, str]] = []
    done = total - len(todo)
    watch.report("render", done / total)
    for job, views in _render_all(todo, recipe, workers, watch):
        if isinstance(views, str):
            failures.append((job.id, views))
        else:
            writers[job.part].add(job.id, job.shape_class, job.key, views)
        done += 1
        watch.report("render", done / total)
    counts = Counter(job.part for job in (*jobs, *solids))
    return RenderReport(dict(counts), len(todo) - len(failures), tuple(failures))


def render_shape(
    shape: SourceModel | ProceduralSolid, shape_id: str, recipe: RenderRecipe
) -> list[bytes]:
    """The packed views of one shape.

    Raises
    ------
    OccStudioError
        If the model cannot be read.
    """
    # Here, because readers of views need neither VTK nor numba.
    from occstudio.datasets.random_surface import box_mapped, random_materials, shifted_materials
    from occstudio.datasets.solid_mesh import mesh_of_solid
    from occstudio.datasets.textured_mesh import load_textured
    from occstudio.datasets.view_sampling import draw_viewpoint

    digest = hashlib.sha1(shape_id.encode("utf-8")).hexdigest()
    rng = np.random.default_rng((recipe.seed, int(digest[:8], 16)))
    real = isinstance(shape, SourceModel)
    mesh = load_textured(shape) if isinstance(shape, SourceModel) else mesh_of_solid(shape, rng)
    outline = np.unique(mesh.corners.reshape(-1, 3), axis=0)
    renderer = _renderer(recipe.size)
    packed: list[bytes] = []
    count = recipe.views if real else recipe.solid_views
    shown = False  # in its own materials
    for luck in np.sort(rng.random(count)):
        if real and luck < _OWN:
            if not shown:
                renderer.show(mesh, mesh.materials, mesh.texture_points)
            shown = True
        elif real and luck < _OWN + _SHIFTED:
            renderer.show(mesh, shifted_materials(mesh.materials, rng), mesh.texture_points)
        else:
            mapped = box_mapped(mesh, rng.uniform(1.5, 5), rng)
            renderer.show(mesh, random_materials(len(mesh.materials), rng), mapped)
        point = draw_viewpoint(outline, recipe.size, rng)
        view = renderer.render(point.camera, point.lights)
        packed.append(pack_view(view, point.azimuth, point.elevation))
    return packed


def _real_jobs(
    source: MeshSource, labels: ShapeStore, recipe: RenderRecipe, classes: set[str]
) -> list[_Job]:
    records = {record.id: record for record in labels.records}
    jobs: list[_Job] = []
    for model in source:
        record = records.get(model.id)
        if record and (not classes or record.shape_class in classes):
            key = _key(recipe, recipe.views, model.id, record.key)
            jobs.append(_Job(model.id, record.shape_class, record.split, key, model))
    # Whatever is there when a run is stopped should be of all kinds.
    return sorted(jobs, key=lambda job: hashlib.sha1(job.id.encode("utf-8")).digest())


def _solid_jobs(cache: Path, recipe: RenderRecipe, kinds: set[str]) -> Iterator[_Job]:
    solids = read_cache(cache)
    for number, kind in enumerate(solids.kinds):
        if not kinds or str(kind) in kinds:
            shape_id = f"procedural/{number:06d}"
            key = _key(recipe, recipe.solid_views, shape_id, solids.digest(number))
            yield _Job(shape_id, str(kind), "train", key, _Solid(solids, number))


def _key(recipe: RenderRecipe, views: int, *words: str) -> str:
    settings = (RENDER_VERSION, recipe.size, views, recipe.seed, *words)
    return hashlib.sha1(repr(settings).encode("utf-8")).hexdigest()


_RENDERERS: dict[int, ViewRenderer] = {}  # of this process: a window is costly to make


def _renderer(size: int) -> ViewRenderer:
    from occstudio.datasets.view_renderer import ViewRenderer

    if size not in _RENDERERS:
        _RENDERERS[size] = ViewRenderer(size)
    return _RENDERERS[size]


def _rendered(
    shape: SourceModel | ProceduralSolid, shape_id: str, recipe: RenderRecipe
) -> list[bytes] | str:
    # The reason if it failed: errors do not always survive the way between processes.
    try:
        return render_shape(shape, shape_id, recipe)
    except OccStudioError as error:
        return str(error)
    except MemoryError:
        return "out of memory while rendering it"


def _shape(job: _Job) -> SourceModel | ProceduralSolid:
    return job.shape.load() if isinstance(job.shape, _Solid) else job.shape


def _render_all(
    todo: Sequence[_Job], recipe: RenderRecipe, workers: int, watch: Watch
) -> Iterator[tuple[_Job, list[bytes] | str]]:
    if workers <= 1:
        for job in todo:
            watch.check()
            yield job, _rendered(_shape(job), job.id, recipe)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        running: list[tuple[_Job, Future[list[bytes] | str]]] = []
        waiting = iter(todo)
        try:
            while True:
                watch.check()
                while len(running) < 2 * workers and (job := next(waiting, None)):
                    running.append((job, pool.submit(_rendered, _shape(job), job.id, recipe)))
                if not running:
                    return
                # In order, so that the same run writes the same files.
                job, future = running.pop(0)
                yield job, future.result()
        except BrokenProcessPool as error:
            raise OccStudioError(
                "a rendering process died, most likely for want of memory or of OpenGL: run the "
                "same command again with fewer workers, finished shapes are kept"
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
