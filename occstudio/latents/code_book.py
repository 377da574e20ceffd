"""The named codes of a model: a library of shapes that live in its space.

A book lies beside the weights as ``codes.safetensors`` and belongs to just these weights: codes
mean nothing to others, not even to another training run of the same network. Beside the named
shapes there may be anchors, codes without a name (of procedural shapes): more of the same space,
for whoever wants to know where shapes are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from occstudio.errors import ModelError, UnknownNameError, UnreadableFileError, UnwritableFileError
from occstudio.shapes.arrays import frozen
from occstudio.shapes.latent import Latent

CODE: Final = "z"
"""Name of the one array in a latent of these models."""

_KEY: Final = "occstudio.codes"

Codes = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """Whose shape a code is.

    Parameters
    ----------
    name : str
        Unique in the book, e.g. ``scopia-chair``.
    title : str
        As people call it.
    kind : str
        Class, e.g. ``chair``.
    creator, licence, library : str
        Of the model that the code was learned from.
    """

    name: str
    title: str = ""
    kind: str = ""
    creator: str = ""
    licence: str = ""
    library: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class CodeBook:
    """Codes, and whose they are.

    Parameters
    ----------
    model : str
        Name of the model that decodes them.
    version : str
        Which weights of it; as its card says.
    codes : (N, L) float32
    entries : tuple of CodeEntry
        One for each row.
    attributes : (N, K) float32
        What was measured on the shapes.
    attribute_names : tuple of str
        What its columns are.
    anchors : (M, L) float32
        Codes without a name.
    anchor_kinds : tuple of str
        Their classes.

    Raises
    ------
    ModelError
        If the parts do not fit each other, or a code is not finite.
    """

    model: str
    version: str
    codes: Codes
    entries: tuple[CodeEntry, ...]
    attributes: Codes = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    attribute_names: tuple[str, ...] = ()
    anchors: Codes = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    anchor_kinds: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        codes = frozen(self.codes, np.float32)
        attributes = frozen(self.attributes, np.float32)
        if not attributes.size:
            attributes = frozen(np.zeros((len(codes), 0)), np.float32)
        anchors = frozen(self.anchors, np.float32)
        if not anchors.size:
            anchors = frozen(np.zeros((0, codes.shape[-1])), np.float32)
        expected = {
            "codes": (codes.shape, (len(self.entries), codes.shape[-1])),
            "attributes": (attributes.shape, (len(codes), len(self.attribute_names))),
            "anchors": (anchors.shape, (len(self.anchor_kinds), codes.shape[-1])),
        }
        for part, (found, wanted) in expected.items():
            if found != wanted:
                raise ModelError(
                    f"the codes of '{self.model}' are damaged: {part} came as {found}, "
                    f"expected {wanted}; install the model again"
                )
        if not (np.isfinite(codes).all() and np.isfinite(anchors).all()):
            raise ModelError(
                f"the codes of '{self.model}' are not finite (NaN or infinity): fit them again"
            )
        names = [entry.name for entry in self.entries]
        if len(set(names)) < len(names):
            raise ModelError(f"two codes of '{self.model}' have one name: fit them again")
        for name, array in (("codes", codes), ("attributes", attributes), ("anchors", anchors)):
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def names(self) -> list[str]:
        """Names of all entries, in their order."""
        return [entry.name for entry in self.entries]

    @property
    def kinds(self) -> list[str]:
        """The classes that occur, in alphabetical order."""
        return sorted({entry.kind for entry in self.entries})

    def row(self, name: str) -> int:
        """Where the entry with a name is.

        Raises
        ------
        UnknownNameError
            If there is none; the nearest names are offered.
        """
        names = self.names
        if name not in names:
            raise UnknownNameError("shape", name, names)
        return names.index(name)

    def find(self, name: str) -> Latent:
        """The code of a name; UnknownNameError offers the nearest names."""
        return self.latent(self.codes[self.row(name)])

    def latent(self, code: Codes) -> Latent:
        """A code (L,) as a latent of the model."""
        return Latent({CODE: np.asarray(code, np.float32)}, self.model)

    def rows_of(self, kind: str) -> list[int]:
        """Rows of the entries of a class."""
        return [row for row, entry in enumerate(self.entries) if entry.kind == kind]

    def of_kind(self, kind: str) -> list[CodeEntry]:
        """The entries of a class."""
        return [self.entries[row] for row in self.rows_of(kind)]

    def code_of(self, latent: Latent) -> Codes:
        """The code (L,) of a latent, which must be of this model and its size.

        Raises
        ------
        ModelError
            If it is of another model, of another version, or not finite.
        """
        if latent.model != self.model:
            raise ModelError(
                f"a code of '{latent.model}' means nothing to '{self.model}': "
                "encode or fit the shape with that model"
            )
        code = latent.arrays.get(CODE)
        length = self.codes.shape[1]
        if code is None or code.shape != (length,):
            raise ModelError(
                f"this code is of another version of '{self.model}', whose codes have {length} "
                "numbers: fit the shape again"
            )
        if not np.isfinite(code).all():
            raise ModelError("this code is not finite (NaN or infinity): fit the shape again")
        return code

    def nearest(self, latent: Latent, count: int = 1) -> list[CodeEntry]:
        """The entries whose codes are nearest, the nearest first."""
        offsets = self.codes - self.code_of(latent)
        order = np.argsort(np.einsum("ij,ij->i", offsets, offsets), kind="stable")
        return [self.entries[row] for row in order[:count]]

    def check_version(self, version: str) -> None:
        """Raise ModelError unless the book belongs to these weights."""
        if self.version and version and self.version != version:
            raise ModelError(
                f"the codes beside '{self.model}' belong to other weights of it "
                f"({self.version}, not {version}): install model and codes together"
            )

    @classmethod
    def read(cls, path: Path) -> CodeBook:
        """Read a book.

        A file without a list of entries has one code in each of its arrays, by whose name the
        code goes; its model is called as the folder is.

        Raises
        ------
        UnreadableFileError
            If it is no such file, or damaged.
        ModelError
            If what is in it does not fit.
        """
        try:
            with safe_open(path, "numpy") as file:  # pyright: ignore[reportUnknownVariableType]
                told = cast("Mapping[str, str] | None", file.metadata()) or {}
                arrays = {name: np.asarray(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118
            if _KEY not in told:
                return cls._of_arrays(path.parent.name, arrays)
            index = cast("dict[str, Any]", json.loads(told[_KEY]))
            nothing = np.zeros((0, 0), np.float32)
            return cls(
                model=str(index["model"]),
                version=str(index["version"]),
                codes=arrays[CODE],
                entries=tuple(CodeEntry(**entry) for entry in index["entries"]),
                attributes=arrays.get("attributes", nothing),
                attribute_names=tuple(index.get("attribute_names", ())),
                anchors=arrays.get("anchors", nothing),
                anchor_kinds=tuple(index.get("anchor_kinds", ())),
            )
        except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
            raise UnreadableFileError(
                path, f"no book of codes, or damaged ({error}): install the model again"
            ) from error

    @classmethod
    def _of_arrays(cls, model: str, arrays: Mapping[str, Codes]) -> CodeBook:
        names = sorted(arrays)
        codes = np.stack([np.asarray(arrays[name], np.float32).reshape(-1) for name in names])
        return cls(model, "", codes, tuple(CodeEntry(name, name) for name in names))

    def write(self, path: Path) -> None:
        """Write the book, whole or not at all; codes are stored as float16.

        Raises
        ------
        UnwritableFileError
            If it could not be written.
        """
        index = {
            "model": self.model,
            "version": self.version,
            "entries": [asdict(entry) for entry in self.entries],
            "attribute_names": list(self.attribute_names),
            "anchor_kinds": list(self.anchor_kinds),
        }
        parts = {CODE: self.codes, "attributes": self.attributes, "anchors": self.anchors}
        halves = {name: part.astype(np.float16) for name, part in parts.items() if part.size}
        fresh = path.with_name(path.name + ".new")
        try:
            save_file(halves, fresh, metadata={_KEY: json.dumps(index)})
            fresh.replace(path)
        except (OSError, SafetensorError) as error:
            fresh.unlink(missing_ok=True)
            raise UnwritableFileError(path, str(error)) from error
