"""From a source of meshes to a store of labelled shapes, on all cores, resumable.

Each model is labelled by itself in a worker process and its packed result is put down under
``OUT/parts`` at once, under a name that depends on the mesh and the settings. A build that was
stopped finds them again; one that ended keeps only the store, and a later build takes from it
what has not changed.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from occstudio.datasets.mesh_source import MeshSource, SourceModel
from occstudio.datasets.shape_store import ShapeRecord, ShapeStore, pack, unpack
from occstudio.datasets.split import boxed_occupancy, part_of, twin_groups
from occstudio.errors import EmptyShapeError, OccStudioError, UnreadableFileError
from occstudio.shapes.watch import UNWATCHED, Watch

LABEL_VERSION = 3  # raise it when the same mesh would get other labels


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes
    ----------
    path : Path
        Of the store.
    counts : dict
        Number of shapes by (class, part).
    labelled, kept : int
        Shapes labelled by this build, and taken from an earlier one.
    skipped : tuple of (str, str)
        Ids that are not in the store, and why.
    groups : tuple of tuples of str
        Near-twins: ids that were put into one part, groups of two and more.
    size_mb : float
    """

    path: Path
    counts: dict[tuple[str, str], int]
    labelled: int
    kept: int
    skipped: tuple[tuple[str, str], ...]
    groups: tuple[tuple[str, ...], ...]
    size_mb: float


def build_dataset(
    source: MeshSource | Path,
    out: Path,
    *,
    workers: int = 1,
    surface_points: int = 10_000,
    watch: Watch = UNWATCHED,
) -> BuildReport:
    """Label every model of a source and store the result.

    Parameters
    ----------
    source : MeshSource or Path
    out : Path
        Folder of the store; what an earlier build labelled there is kept.
    workers : int
        Processes; with one, this process does it.
    surface_points : int
        Per shape.
    watch : Watch
        Told how far it is (stage ``label``); may cancel, which loses no finished shape.

    Raises
    ------
    EmptyShapeError
        If not a single model could be labelled.
    """
    if isinstance(source, Path):
        source = MeshSource(source)
    parts = out / "parts"
    parts.mkdir(parents=True, exist_ok=True)
    keys = {model.id: _key(model, surface_points) for model in source}
    kept = _take_over(out, parts, set(keys.values()))
    todo = [m for m in source if not _part(parts, keys[m.id]).exists()]
    failures = dict(source.skipped)
    done = len(source) - len(todo)
    watch.report("label", done / max(len(source), 1))
    for model_id, failure in _label_all(todo, keys, parts, surface_points, workers, watch):
        if failure:
            failures[model_id] = failure
        done += 1
        watch.report("label", done / len(source))
    labelled = [m for m in source if _part(parts, keys[m.id]).exists()]
    if not labelled:
        reason = next(iter(failures.values()), "the source is empty")
        raise EmptyShapeError(f"no model of '{source.path}' could be labelled: {reason}")
    store, groups = _gather(labelled, keys, parts, out)
    shutil.rmtree(parts)
    report = BuildReport(
        path=out,
        counts=dict(sorted(Counter((r.shape_class, r.split) for r in store.records).items())),
        labelled=len(todo) - sum(m.id in failures for m in todo),
        kept=max(kept, len(source) - len(todo)),
        skipped=tuple(sorted(failures.items())),
        groups=groups,
        size_mb=sum(f.stat().st_size for f in out.iterdir() if f.is_file()) / 1e6,
    )
    _write_report(report)
    return report


def label_model(model: SourceModel, key: str, surface_points: int) -> tuple[ShapeRecord, bytes]:
    """Load, label, sample and pack one model; its split and group are still open.

    Raises
    ------
    OccStudioError
        If the model cannot be used; the reason goes into the report.
    """
    # Here, because numba's compiled loops are needed to build a set but not to read one.
    from occstudio.datasets.occupancy_labels import label_occupancy, normalised
    from occstudio.datasets.surface_samples import sample_surface

    vertices, faces = model.load()
    size = np.ptp(vertices, axis=0)
    vertices = normalised(vertices)
    labels = label_occupancy(vertices, faces, fill_holes=model.fill_holes)
    seed = int(hashlib.sha1(model.id.encode("utf-8")).hexdigest()[:8], 16)
    points, normals, kept = sample_surface(vertices, faces, labels.sdf, surface_points, seed=seed)
    half = np.ptp(vertices, axis=0) / 2
    record = ShapeRecord(
        id=model.id,
        name=model.name,
        shape_class=model.shape_class,
        creator=model.creator,
        licence=model.licence,
        library=model.library,
        split=part_of(model.id),
        group=model.id,
        size_cm=(round(float(size[0]), 4), round(float(size[1]), 4), round(float(size[2]), 4)),
        half_extent=(round(float(half[0]), 6), round(float(half[1]), 6), round(float(half[2]), 6)),
        volume=round(labels.volume, 6),
        hollow=round(labels.hollow, 4),
        thin=round(labels.thin, 4),
        kept=round(kept, 4),
        key=key,
    )
    return record, pack(labels.sdf, points, normals)


def _key(model: SourceModel, surface_points: int) -> str:
    # Size and checksum (or time) of the file stand for its content.
    if model.member:
        with zipfile.ZipFile(model.container) as archive:
            info = archive.getinfo(model.member)
            content = f"{info.file_size} {info.CRC}"
    else:
        state = model.container.stat()
        content = f"{state.st_size} {state.st_mtime_ns}"
    words = (
        LABEL_VERSION,
        surface_points,
        model.id,
        model.rotation,
        model.size_cm,
        model.fill_holes,
    )
    return hashlib.sha1(repr((*words, content)).encode("utf-8")).hexdigest()


def _part(parts: Path, key: str) -> Path:
    return parts / f"{key}.part"


def _write_part(path: Path, record: ShapeRecord, blob: bytes) -> None:
    head = json.dumps(asdict(record)).encode("utf-8")
    partial = path.with_suffix(".new")
    partial.write_bytes(len(head).to_bytes(4, "little") + head + blob)
    partial.replace(path)


def _read_part(path: Path) -> tuple[ShapeRecord, bytes]:
    data = path.read_bytes()
    length = int.from_bytes(data[:4], "little")
    return ShapeRecord.from_json(json.loads(data[4 : 4 + length])), data[4 + length :]


def _take_over(out: Path, parts: Path, wanted: set[str]) -> int:
    # What the store of an earlier build has, unchanged, becomes a part again.
    try:
        store = ShapeStore.open(out)
    except UnreadableFileError:
        return 0
    taken = 0
    for index, record in enumerate(store.records):
        if record.key in wanted and not _part(parts, record.key).exists():
            _write_part(_part(parts, record.key), record, store.blob(index))
            taken += 1
    return taken


def _label_into(model: SourceModel, key: str, parts: Path, surface_points: int) -> str:
    # Empty if it worked, else the reason: errors do not always survive the way between processes.
    try:
        _write_part(_part(parts, key), *label_model(model, key, surface_points))
    except OccStudioError as error:
        return str(error)
    except MemoryError:
        return "out of memory while labelling it"
    return ""


def _label_all(
    todo: list[SourceModel],
    keys: dict[str, str],
    parts: Path,
    surface_points: int,
    workers: int,
    watch: Watch,
) -> Iterator[tuple[str, str]]:
    if workers <= 1 or len(todo) < 2:
        for model in todo:
            watch.check()
            yield model.id, _label_into(model, keys[model.id], parts, surface_points)
        return
    context = multiprocessing.get_context("spawn")  # forked threads of a GUI or torch deadlock
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting = list(reversed(todo))
        running: dict[Future[str], str] = {}
        try:
            while waiting or running:
                watch.check()
                while waiting and len(running) < 2 * workers:
                    model = waiting.pop()
                    job = pool.submit(_label_into, model, keys[model.id], parts, surface_points)
                    running[job] = model.id
                for job in wait(running, timeout=0.5, return_when=FIRST_COMPLETED).done:
                    yield running.pop(job), job.result()
        except BrokenProcessPool as error:
            raise OccStudioError(
                "a labelling process died, most likely for want of memory: run the same command "
                "again with fewer workers, finished models are kept"
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _gather(
    labelled: list[SourceModel], keys: dict[str, str], parts: Path, out: Path
) -> tuple[ShapeStore, tuple[tuple[str, ...], ...]]:
    shapes = [_read_part(_part(parts, keys[model.id])) for model in labelled]
    boxed = np.stack([boxed_occupancy(unpack(record, blob)) for record, blob in shapes])
    firsts = twin_groups([record.id for record, _ in shapes], boxed)
    # Names and classes may have been read better since the part was made.
    final = [
        (
            replace(
                record,
                name=model.name,
                shape_class=model.shape_class,
                split=part_of(first),
                group=first,
            ),
            blob,
        )
        for model, (record, blob), first in zip(labelled, shapes, firsts, strict=True)
    ]
    members: dict[str, list[str]] = {}
    for record, _ in final:
        members.setdefault(record.group, []).append(record.id)
    groups = tuple(tuple(sorted(ids)) for _, ids in sorted(members.items()) if len(ids) > 1)
    return ShapeStore.write(out, final), groups


def _write_report(report: BuildReport) -> None:
    content = {
        "counts": {f"{name}/{part}": n for (name, part), n in report.counts.items()},
        "skipped": dict(report.skipped),
        "near_twins": report.groups,
    }
    path = report.path / "report.json"
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def available_workers() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
