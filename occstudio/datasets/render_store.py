"""Rendered views in two files a part: an index one can follow, and the pictures behind it.

``PART/views.bin`` is only ever appended to, and ``PART/index.jsonl`` gets a line for a shape
when its views are safely there: rendering can stop anywhere, and a reader may open what is
there while more is being rendered. Colours and depth are PNG, so any language reads them.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from occstudio.datasets.split import PARTS
from occstudio.datasets.view_renderer import View
from occstudio.errors import UnreadableFileError, UnwritableFileError
from occstudio.shapes.camera import Camera

_INDEX = "index.jsonl"
_VIEWS = "views.bin"
# Azimuth, elevation, focal length, centre (2), rotation (9), translation (3), nearest and
# farthest depth; then the bytes of the colours and of the depth, which follow.
_HEADER = struct.Struct("<19f2I")


@dataclass(frozen=True, slots=True)
class RenderedShape:
    """What the index says about the views of one shape.

    Attributes
    ----------
    id : str
        As in the data set of labels; ``procedural/N`` for the N-th solid of a cache.
    shape_class : str
        Of a procedural shape, its kind.
    key : str
        Identifies the input and the settings.
    offsets : tuple of int
        Where each view begins.
    """

    id: str
    shape_class: str
    key: str
    offsets: tuple[int, ...]

    @property
    def solid(self) -> int | None:
        """Number of the solid in its cache, None for a real shape."""
        library, _, number = self.id.partition("/")
        return int(number) if library == "procedural" and number.isdigit() else None


@dataclass(frozen=True, slots=True, eq=False)
class StoredView:
    """One view as it was rendered, and from where (degrees; see `view_sampling.Viewpoint`)."""

    view: View
    azimuth: float
    elevation: float


@dataclass(frozen=True, slots=True, eq=False)
class RenderStore:
    """The views of one part, opened for reading.

    Attributes
    ----------
    path : Path
        Folder of the part.
    shapes : tuple of RenderedShape
        In the order of rendering; a shape that was rendered again counts once, as it is now.
    """

    path: Path
    shapes: tuple[RenderedShape, ...]
    _numbers: dict[str, int] = field(repr=False)

    @classmethod
    def open(cls, folder: Path | str, part: str) -> RenderStore:
        """Open the views of a part (``train``, ``validation`` or ``test``).

        Raises
        ------
        UnreadableFileError
            If there are none or the index is damaged.
        """
        if part not in PARTS:
            raise UnreadableFileError(folder, f"there is no part '{part}': {', '.join(PARTS)}")
        path = Path(folder) / part
        found = {shape.id: shape for shape in read_index(path)}
        if not found:
            raise UnreadableFileError(path, "no views there; make some: 'occstudio dataset render'")
        shapes = tuple(found.values())
        return cls(path, shapes, {shape.id: i for i, shape in enumerate(shapes)})

    def __len__(self) -> int:
        return len(self.shapes)

    def index_of(self, shape_id: str) -> int | None:
        """Number of the shape with this id, or None."""
        return self._numbers.get(shape_id)

    def read(self, shape: int, view: int) -> StoredView:
        """View number `view` of shape number `shape`."""
        header, colors, depth = self._parts(shape, view, with_depth=True)
        near, far = header[17:19]
        steps = np.asarray(_opened(depth), np.float32)
        metres = np.where(steps > 0, near + (steps - 1) * np.float32((far - near) / 65534), 0)
        pixels = np.asarray(_opened(colors), np.uint8)
        camera = _camera(header, pixels.shape[0])
        seen = View(pixels, metres.astype(np.float32), camera)
        return StoredView(seen, header[0], header[1])

    def pixels(self, shape: int, view: int) -> NDArray[np.uint8]:
        """Only the colours and opacity of a view, (S, S, 4): what training reads."""
        return np.asarray(_opened(self._parts(shape, view, with_depth=False)[1]), np.uint8)

    def camera(self, shape: int, view: int) -> Camera:
        """Only the camera of a view."""
        header, colors, _ = self._parts(shape, view, with_depth=False)
        return _camera(header, _opened(colors).size[0])

    def _parts(
        self, shape: int, view: int, *, with_depth: bool
    ) -> tuple[tuple[float, ...], bytes, bytes]:
        try:
            with (self.path / _VIEWS).open("rb") as stream:
                stream.seek(self.shapes[shape].offsets[view])
                *header, first, second = _HEADER.unpack(stream.read(_HEADER.size))
                colors = stream.read(first)
                return tuple(header), colors, stream.read(second) if with_depth else b""
        except (OSError, struct.error) as error:
            raise UnreadableFileError(self.path / _VIEWS, f"cut off ({error})") from error


class RenderWriter:
    """Appends shapes to one part; what an interrupted run left half is written over.

    Attributes
    ----------
    keys : set of str
        Of the shapes that are already there.
    """

    def __init__(self, folder: Path, part: str) -> None:
        self._path = folder / part
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            _drop_cut_line(self._path / _INDEX)
        except OSError as error:
            raise UnwritableFileError(self._path, error.strerror or str(error)) from error
        self.keys = {shape.key for shape in read_index(self._path)}

    def add(self, shape_id: str, shape_class: str, key: str, views: Sequence[bytes]) -> None:
        """Append the packed views of one shape."""
        try:
            with (self._path / _VIEWS).open("ab") as stream:
                start = stream.seek(0, io.SEEK_END)
                offsets = [start + sum(map(len, views[:i])) for i in range(len(views))]
                stream.write(b"".join(views))
                stream.flush()
            line = json.dumps(asdict(RenderedShape(shape_id, shape_class, key, tuple(offsets))))
            with (self._path / _INDEX).open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")
        except OSError as error:
            raise UnwritableFileError(self._path, error.strerror or str(error)) from error
        self.keys.add(key)


def pack_view(view: View, azimuth: float, elevation: float) -> bytes:
    """The bytes of one view."""
    seen = view.depth[view.depth > 0]
    near, far = (float(seen.min()), float(seen.max())) if len(seen) else (0.0, 0.0)
    steps = 1 + np.rint((view.depth - near) * (65534 / max(far - near, 1e-9)))
    depth = np.where(view.depth > 0, steps, 0).astype(np.uint16)
    camera = view.camera
    numbers = [azimuth, elevation, camera.focal, *camera.centre, *camera.rotation.ravel()]
    colors = _png(Pillow.fromarray(view.pixels, "RGBA"))
    depths = _png(Pillow.fromarray(depth))
    header = _HEADER.pack(*numbers, *camera.translation, near, far, len(colors), len(depths))
    return header + colors + depths


def read_index(path: Path) -> Iterable[RenderedShape]:
    """Lines of a part's index; a last line that was cut off is left out."""
    try:
        text = (path / _INDEX).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UnreadableFileError(path / _INDEX, str(error)) from error
    shapes: list[RenderedShape] = []
    for line in text.splitlines(keepends=True):
        if not line.endswith("\n"):
            break
        try:
            entry = cast("dict[str, Any]", json.loads(line))
            offsets = tuple(int(offset) for offset in entry["offsets"])
            shapes.append(RenderedShape(entry["id"], entry["shape_class"], entry["key"], offsets))
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableFileError(path / _INDEX, f"damaged ({error}): render again") from error
    return shapes


def _drop_cut_line(index: Path) -> None:
    if index.exists():
        data = index.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            with index.open("r+b") as stream:
                stream.truncate(len(whole))


def _camera(header: Sequence[float], size: int) -> Camera:
    numbers = np.array(header[2:17], np.float64)
    # Single precision left the rotation a little off.
    left, _, right = np.linalg.svd(numbers[3:12].reshape(3, 3))
    return Camera(float(numbers[0]), numbers[1:3], left @ right, numbers[12:15], (size, size))


def _png(picture: Pillow.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=4)
    return stream.getvalue()


def _opened(data: bytes) -> Pillow.Image:
    try:
        picture = Pillow.open(io.BytesIO(data))
        picture.load()
    except (OSError, SyntaxError) as error:
        raise UnreadableFileError("views.bin", "a picture in it is damaged") from error
    return picture
