"""Which file is what: by the first bytes where they speak, by the suffix where they do not.

A file's name is a claim and its first bytes are evidence. `sniff` looks at the bytes; a PLY that
is called ``.xyz`` is a PLY. Everything that a person may drop on OccStudio by mistake (a photo, a
film, a PDF) is recognised too, so that the refusal can say what the file is.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from occstudio.errors import UnreadableFileError


@dataclass(frozen=True, slots=True)
class FileFormat:
    """One file format.

    Parameters
    ----------
    key : str
        Short name, the first of its suffixes.
    title : str
        As a person calls it.
    kind : str
        ``points``, ``mesh``, ``image``, ``voxels``, ``video``, or ``other`` for what is
        known but of no use.
    suffixes : tuple of str
        In lower case, with the dot.
    up : str
        The world axis that is up unless the person says otherwise.
    unit : str
        The unit that the format prescribes, empty if none.
    """

    key: str
    title: str
    kind: str
    suffixes: tuple[str, ...]
    up: str = "+y"
    unit: str = ""


# Survey and scanner software has z up, as have CAD and 3D printing (STL); glTF prescribes +Y,
# and OBJ, OFF and the research data sets in NPZ have it by custom.
_FORMATS = (
    FileFormat("ply", "PLY", "mesh", (".ply",)),
    FileFormat("obj", "Wavefront OBJ", "mesh", (".obj",)),
    FileFormat("off", "OFF", "mesh", (".off", ".coff", ".noff")),
    FileFormat("stl", "STL", "mesh", (".stl",), up="+z"),
    FileFormat("glb", "binary glTF", "mesh", (".glb",), unit="m"),
    FileFormat("gltf", "glTF", "mesh", (".gltf",), unit="m"),
    FileFormat("xyz", "text", "points", (".xyz", ".txt", ".csv", ".asc", ".xyzn", ".xyzrgb")),
    FileFormat("pts", "PTS", "points", (".pts",), up="+z"),
    FileFormat("pcd", "PCD", "points", (".pcd",), up="+z"),
    FileFormat("npy", "NumPy", "points", (".npy",)),
    FileFormat("npz", "NumPy archive", "points", (".npz",)),
    FileFormat("las", "LAS", "points", (".las", ".laz"), up="+z"),
    FileFormat("e57", "E57", "points", (".e57",), up="+z", unit="m"),
    FileFormat("binvox", "binvox voxels", "voxels", (".binvox",)),
    FileFormat("png", "PNG picture", "image", (".png",)),
    FileFormat("jpg", "JPEG picture", "image", (".jpg", ".jpeg")),
    FileFormat("webp", "WebP picture", "image", (".webp",)),
    FileFormat("gif", "GIF picture", "image", (".gif",)),
    FileFormat("bmp", "BMP picture", "image", (".bmp",)),
    FileFormat("tiff", "TIFF picture", "image", (".tif", ".tiff")),
    FileFormat("heic", "HEIC picture", "image", (".heic", ".heif")),
    FileFormat("avif", "AVIF picture", "image", (".avif",)),
    FileFormat("exr", "OpenEXR picture", "image", (".exr",)),
    FileFormat("mp4", "MP4 film", "video", (".mp4", ".mov", ".m4v")),
    FileFormat("avi", "AVI film", "video", (".avi",)),
    FileFormat("mkv", "Matroska film", "video", (".mkv", ".webm")),
    FileFormat("blend", "Blender file", "other", (".blend",)),
    FileFormat("fbx", "FBX file", "other", (".fbx",)),
    FileFormat("pdf", "PDF document", "other", (".pdf",)),
    FileFormat("zip", "zip archive", "other", (".zip",)),
    FileFormat("gz", "gzip archive", "other", (".gz",)),
    FileFormat("7z", "7-Zip archive", "other", (".7z",)),
    FileFormat("rar", "RAR archive", "other", (".rar",)),
    FileFormat("usd", "USD file", "other", (".usd", ".usdz", ".usdc")),
    FileFormat("html", "web page", "other", (".html", ".htm")),
)

FORMATS: dict[str, FileFormat] = {entry.key: entry for entry in _FORMATS}
"""All known formats by key."""

READABLE_IMAGES = ("png", "jpg", "webp", "gif", "bmp", "tiff", "heic")
"""Keys of the formats that photos are read from; HEIC with a package that is optional."""

_READ_KINDS = ("points", "mesh", "image", "voxels")
_UNREAD = {key for key, entry in FORMATS.items() if entry.kind == "image"} - set(READABLE_IMAGES)

_BY_SUFFIX = {suffix: entry for entry in _FORMATS for suffix in entry.suffixes}

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"ply\n", "ply"),
    (0, b"ply\r", "ply"),
    (0, b"\x93NUMPY", "npy"),
    (0, b"#binvox", "binvox"),
    (0, b"glTF", "glb"),
    (0, b"LASF", "las"),
    (0, b"ASTM-E57", "e57"),
    (0, b"# .PCD", "pcd"),
    (0, b"\x89PNG", "png"),
    (0, b"\xff\xd8\xff", "jpg"),
    (8, b"WEBP", "webp"),
    (8, b"AVI ", "avi"),
    (0, b"GIF8", "gif"),
    (0, b"II*\x00", "tiff"),
    (0, b"MM\x00*", "tiff"),
    (0, b"v/1\x01", "exr"),
    (4, b"ftypheic", "heic"),
    (4, b"ftypheix", "heic"),
    (4, b"ftypmif1", "heic"),
    (4, b"ftypavif", "avif"),
    (4, b"ftyp", "mp4"),
    (0, b"\x1aE\xdf\xa3", "mkv"),
    (0, b"BLENDER", "blend"),
    (0, b"Kaydara FBX", "fbx"),
    (0, b"%PDF", "pdf"),
    (0, b"\x1f\x8b", "gz"),
    (0, b"7z\xbc\xaf", "7z"),
    (0, b"Rar!", "rar"),
    (0, b"PXR-USDC", "usd"),
    (0, b"<!DOCTYPE", "html"),
    (0, b"<html", "html"),
)

_PEEK = 65536
_LARGEST = 4 << 30


def kind_of(path: str | os.PathLike[str]) -> str:
    """The kind of what a file holds (see `FileFormat`), or ``unknown``.

    A file that exists is judged by its first bytes, and a PLY or OBJ without faces is
    ``points``; a name alone is judged by its suffix. Never raises.
    """
    try:
        entry = format_of(path)
    except (UnreadableFileError, OSError, ValueError):
        entry = _BY_SUFFIX.get(_suffix(path))
    if entry is None:
        return "unknown"
    if entry.key == "ply" and _ply_has_no_faces(path):
        return "points"
    return entry.kind


def format_of(path: str | os.PathLike[str]) -> FileFormat | None:
    """The format of an existing file by its bytes, else by its suffix; None if unknown.

    Raises
    ------
    UnreadableFileError
        If the file is missing, a folder, a pipe or a device, empty or forbidden.
    """
    with open_input(path) as file:
        key = sniff(file.read(_PEEK), _size(file))
    if key is not None:
        return FORMATS[key]
    return _BY_SUFFIX.get(_suffix(path))


def sniff(head: bytes, size: int) -> str | None:
    """Key of the format that the first bytes (up to 64 kB) of a file give away, or None.

    Parameters
    ----------
    head : bytes
        The file's beginning.
    size : int
        The file's length in bytes.
    """
    for offset, magic, key in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return key
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "npz" if b".npy" in head[:512] else "zip"
    if size >= 84 and size == 84 + 50 * int.from_bytes(head[80:84], "little"):
        return "stl"
    start = head[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"solid") and b"facet" in start:
        return "stl"
    if start.startswith((b"version .7", b"version 0.7")) and b"fields" in start:
        return "pcd"
    if start.startswith((b"off", b"coff", b"noff", b"cnoff", b"stoff")):
        return "off"
    if start.startswith(b"{") and b'"asset"' in head:
        return "gltf"
    return None


def open_input(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular, non-empty file for reading.

    Raises
    ------
    UnreadableFileError
        If it is missing, a folder, a pipe or a device, empty or forbidden.
    """
    try:
        # a FIFO would block an open for ever, so what it is must be asked first
        where = Path(path)
        if where.is_dir():
            raise UnreadableFileError(path, "it is a folder; give a file that lies in it")
        if not where.exists():
            raise UnreadableFileError(path, "there is no such file; check its name and folder")
        if not where.is_file():
            raise UnreadableFileError(path, "it is a pipe or a device; give a regular file")
        if where.stat().st_size == 0:
            raise UnreadableFileError(path, "it is empty (0 bytes); export or download it again")
        return where.open("rb")
    except PermissionError as error:
        raise UnreadableFileError(
            path, "you have no permission to read it; change that or copy it elsewhere"
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableFileError(
            path, f"the system refuses ({reason}); check its name and folder"
        ) from error


def read_whole(path: str | os.PathLike[str]) -> bytes:
    """All bytes of a file that is parsed in memory.

    Raises
    ------
    UnreadableFileError
        As `open_input`, or if the file is larger than 4 GB.
    """
    with open_input(path) as file:
        if _size(file) > _LARGEST:
            raise UnreadableFileError(path, "it is larger than 4 GB; simplify or split it first")
        return file.read()


def refusal(entry: FileFormat | None, wanted: str) -> str:
    """Why a file of this format is no use where points or a mesh are wanted, and what to do.

    Parameters
    ----------
    entry : FileFormat or None
        What the file is.
    wanted : str
        ``a point cloud`` or ``a mesh``.
    """
    if entry is None:
        return f"its format is not known; {wanted} may be one of {', '.join(readable_suffixes())}"
    if entry.kind == "image":
        if entry.key in _UNREAD:
            return f"it is a {entry.title}, which is not read; save it as PNG or JPEG"
        return f"it is a {entry.title}, and {wanted} is wanted; give a scan or a mesh instead"
    if entry.kind in ("mesh", "voxels"):
        return f"it is a file of {entry.kind} ({entry.title}), and {wanted} is wanted"
    if entry.kind == "video":
        return (
            f"it is an {entry.title}, and {wanted} is wanted; make a scan of it with a "
            "photogrammetry program first"
            if entry.title[0] in "AM"
            else f"it is a {entry.title}, and {wanted} is wanted"
        )
    if entry.key in ("zip", "gz", "7z", "rar"):
        return f"it is a {entry.title}; unpack it and give the file inside"
    if entry.kind == "points":
        remedy = "give a picture" if wanted == "a photo" else "reconstruct it first"
        return f"it is a point cloud ({entry.title}), and {wanted} is wanted; {remedy}"
    return f"it is a {entry.title}, which is not read; export it as PLY, OBJ or GLB"


def readable_suffixes(kind: str | None = None) -> tuple[str, ...]:
    """Suffixes of the files that are read, for file dialogs: all, or of one kind."""
    kinds = _READ_KINDS if kind is None else (kind,)
    read = (entry for entry in _FORMATS if entry.kind in kinds and entry.key not in _UNREAD)
    return tuple(suffix for entry in read for suffix in entry.suffixes)


def _suffix(path: str | os.PathLike[str]) -> str:
    return Path(path).suffix.lower()


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def _ply_has_no_faces(path: str | os.PathLike[str]) -> bool:
    try:
        with open_input(path) as file:
            head = file.read(_PEEK)
    except UnreadableFileError:
        return False
    counts = [
        line.split()[2]
        for line in head.split(b"\n")
        if line.startswith(b"element face ")
        if len(line.split()) > 2
    ]
    return not counts or counts[0] == b"0"
