"""The ``.occ`` file: a zip of a description, the inputs' arrays, latents and a picture.

    document.json                 what there is, as JSON
    inputs/KEY.safetensors        the arrays of one input
    latents.safetensors           what encoders made, as ``KEY/name``
    thumbnail.png

It is written whole or not at all. Entries are stored, not compressed: every local header then
tells where its entry ends, so that the good entries of a file that was cut off or damaged are
found one after the other without the directory at its end. What the description means is the
studio's business.
"""

import json
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from occstudio.errors import UnreadableFileError
from occstudio.exchange.atomic_file import atomic_file

SUFFIX = ".occ"

Arrays = Mapping[str, NDArray[Any]]

_DOCUMENT, _LATENTS, _THUMBNAIL = "document.json", "latents.safetensors", "thumbnail.png"
_INPUT = "inputs/{}.safetensors"
_LARGEST_DOCUMENT = 64 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)
_LOCAL = struct.Struct("<4s5H3I2H")
_STORED = 0


@dataclass(frozen=True, slots=True, eq=False)
class SessionParts:
    """What is in a session file.

    Parameters
    ----------
    document : mapping
        The description, as JSON has it.
    inputs : mapping of str to arrays
        By key, the named arrays of each input.
    latents : mapping of str to arrays
        By key, the named arrays of each latent.
    thumbnail : bytes
        A PNG picture; empty if there is none.
    is_damaged : bool
        True if some entry could not be read, or the file was cut off.
    """

    document: Mapping[str, Any]
    inputs: Mapping[str, Arrays] = field(default_factory=dict[str, Arrays])
    latents: Mapping[str, Arrays] = field(default_factory=dict[str, Arrays])
    thumbnail: bytes = b""
    is_damaged: bool = False


def write_session(path: Path, parts: SessionParts) -> None:
    """Write a session, whole or not at all.

    Raises
    ------
    UnwritableFileError
        If it can't be; what was there before is still there.
    """
    latents = {
        f"{key}/{name}": np.ascontiguousarray(array)
        for key, arrays in parts.latents.items()
        for name, array in arrays.items()
    }
    with atomic_file(path) as (file, _), zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:

        def put(name: str, data: bytes) -> None:
            # A fixed date: the same session gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)

        # The description first: it is what a file that was cut off still has.
        put(_DOCUMENT, json.dumps(parts.document, indent=1).encode("utf-8"))
        if parts.thumbnail:
            put(_THUMBNAIL, parts.thumbnail)
        for key, arrays in parts.inputs.items():
            put(_INPUT.format(key), save({n: np.ascontiguousarray(a) for n, a in arrays.items()}))
        if latents:
            put(_LATENTS, save(latents))


def read_session(path: Path) -> SessionParts:
    """Read a session; entries that are damaged are left out.

    Raises
    ------
    UnreadableFileError
        If there is no such file, or no description in it.
    """
    try:
        entries, is_damaged = _entries(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableFileError(path, reason.lower()) from error
    document = _description(path, entries.pop(_DOCUMENT, b""))
    inputs: dict[str, Arrays] = {}
    latents: dict[str, dict[str, NDArray[Any]]] = {}
    for name, data in entries.items():
        if not name.endswith(".safetensors"):
            continue
        try:
            arrays = load(data)
        except (SafetensorError, ValueError, KeyError, TypeError):
            is_damaged = True
            continue
        if name == _LATENTS:
            for full, array in arrays.items():
                key, _, part = full.partition("/")
                latents.setdefault(key, {})[part] = array
        else:
            inputs[Path(name).stem] = arrays
    return SessionParts(document, inputs, latents, entries.get(_THUMBNAIL, b""), is_damaged)


def read_description(path: Path) -> Mapping[str, Any]:
    """The description alone, without reading the arrays.

    Raises
    ------
    UnreadableFileError
        If there is no such file, or no description in it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            data = archive.read(_DOCUMENT)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return read_session(path).document
    return _description(path, data)


def read_thumbnail(path: Path) -> bytes:
    """The picture of a session file, without reading the rest; empty if there is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(_THUMBNAIL)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return b""


def _description(path: Path, data: bytes) -> Mapping[str, Any]:
    if not data:
        raise UnreadableFileError(path, "it is not an OccStudio session, or its beginning is lost")
    try:
        found = None if len(data) > _LARGEST_DOCUMENT else json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UnreadableFileError(path, "its description is damaged")
    return found


def _entries(path: Path) -> tuple[dict[str, bytes], bool]:
    """The good entries by name, and whether anything is missing."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _listed(archive)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
        return dict(_salvaged(path.read_bytes())), True


def _listed(archive: zipfile.ZipFile) -> tuple[dict[str, bytes], bool]:
    entries: dict[str, bytes] = {}
    is_damaged = False
    for info in archive.infolist():
        # What is stored cannot unpack to more than the file holds.
        if info.compress_type != zipfile.ZIP_STORED:
            is_damaged = True
            continue
        try:
            entries[info.filename] = archive.read(info)
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError):
            is_damaged = True
    return entries, is_damaged


def _salvaged(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Entries found by their own headers, with the right checksum."""
    at = data.find(b"PK\x03\x04")
    while 0 <= at <= len(data) - _LOCAL.size:
        fields = _LOCAL.unpack_from(data, at)
        method, crc, size, name_size, extra_size = (fields[k] for k in (3, 6, 7, 9, 10))
        begin = at + _LOCAL.size + name_size + extra_size
        name = data[at + _LOCAL.size : at + _LOCAL.size + name_size].decode("utf-8", "replace")
        body = data[begin : begin + size]
        is_whole = method == _STORED and len(body) == size and zlib.crc32(body) == crc
        if is_whole:
            yield name, body
        at = data.find(b"PK\x03\x04", begin + size if is_whole else at + 4)
