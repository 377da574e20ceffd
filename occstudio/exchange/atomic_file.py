"""Files that are there whole or not at all.

What is written goes to a temporary file in the same folder, is forced to the disk and only then
takes its name, so that neither a full disk nor a lost process leaves half a file behind.
"""

import errno
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from occstudio.errors import UnwritableFileError

_CAUSES = {
    errno.ENOSPC: "the disk is full; free some space or choose another folder",
    errno.EDQUOT: "your disk quota is used up; free some space or choose another folder",
    errno.EFBIG: "the file would be larger than the disk or a limit allows; choose another folder",
    errno.EACCES: "you have no permission to write there; choose another folder",
    errno.EPERM: "you have no permission to write there; choose another folder",
    errno.EROFS: "the folder is read-only; choose another one",
    errno.ENOENT: "there is no such folder; create it or choose another one",
    errno.ENOTDIR: "a part of its path is a file, not a folder; choose another folder",
    errno.EISDIR: "there is a folder of that name; choose another name",
    errno.ENAMETOOLONG: "its name is too long; choose a shorter one",
}


@contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Generator[tuple[BinaryIO, Path], None, None]:
    """Write a file all or nothing.

    Parameters
    ----------
    path : path
        Where the file is to be; a symbolic link is followed.

    Yields
    ------
    (file, temporary) : (binary file, Path)
        Write to the file; after its `flush`, what is written can be read back at `temporary`.
        If the block ends well the file takes its place, if it raises nothing is left.

    Raises
    ------
    UnwritableFileError
        With the cause: no folder, no permission, a full disk.
    """
    try:
        target = Path(os.path.realpath(path))
        if target.is_dir():
            raise UnwritableFileError(path, _CAUSES[errno.EISDIR])
        temporary = target.with_name(f".{target.name[:80]}.{secrets.token_hex(4)}.part")
        # not tempfile: its files are readable by their owner only, and stay so when renamed
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0),
                         0o666)  # fmt: skip
    except (OSError, ValueError) as error:
        raise UnwritableFileError(path, _cause(error)) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file, temporary
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise UnwritableFileError(path, _cause(error)) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _cause(error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number in _CAUSES:
        return _CAUSES[number]
    reason = getattr(error, "strerror", None) or str(error)
    return f"the system refuses ({reason}); choose another name or folder"


def _sync_folder(folder: Path) -> None:
    """Force the new name to the disk; where folders cannot be opened (Windows) it is enough so."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
