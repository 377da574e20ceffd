"""Sessions that a crash leaves behind: where they lie, whose they are, which can be recovered.

Each running program writes its unsaved work to a file of its own, apart from the session file
that the person named, and holds a lock beside it. The system lets go of the lock however the
program ends; a file whose lock is free and that nobody put aside is the work of one that died.
Work that was discarded on purpose is put aside for a while, not deleted: people change their
minds.
"""

import logging
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from occstudio import paths
from occstudio.errors import OccStudioError, UnwritableFileError
from occstudio.exchange.session_file import SUFFIX, SessionParts, read_description, write_session

KEPT_ASIDE = 10
"""As many discarded sessions are kept."""

_ASIDE = ".discarded" + SUFFIX
_LOCK = ".lock"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recovery:
    """Unsaved work of a program that is gone.

    Parameters
    ----------
    path : Path
        The autosaved file.
    name : str
        What the person knows it by: the session's name or the shapes in it.
    saved_at : datetime
        When it was written, in local time.
    session : Path or None
        The session file that the work belongs to, if it had a name.
    was_discarded : bool
        Whether it was closed on purpose, without saving.
    """

    path: Path
    name: str
    saved_at: datetime
    session: Path | None
    was_discarded: bool


class Autosave:
    """The autosaved file of this program.

    Parameters
    ----------
    folder : Path, optional
        The person's own by default.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or autosave_folder()
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        self.path = self.folder / f"{stamp}-{secrets.token_hex(4)}{SUFFIX}"
        self._lock: int | None = None

    def write(self, parts: SessionParts, session: Path | None, name: str) -> None:
        """Write unsaved work, whole or not at all.

        Raises
        ------
        UnwritableFileError
            If it can't be.
        """
        about = {
            "name": name,
            "session": None if session is None else str(session),
            "saved_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if self._lock is None:
                self._lock = _locked(self.path.with_suffix(_LOCK))
        except OSError as error:
            raise UnwritableFileError(self.folder, error.strerror or str(error)) from error
        write_session(self.path, replace(parts, document={**parts.document, "autosave": about}))

    def clear(self) -> None:
        """The work is saved elsewhere: the file is not needed."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def put_aside(self) -> None:
        """The work is discarded on purpose: keep it for a while without offering it."""
        with suppress(OSError):
            self.path.replace(self.path.with_suffix(_ASIDE))
            # By their time, not their names: several may be of one second.
            aside = sorted(self.folder.glob(f"*{_ASIDE}"), key=lambda path: path.stat().st_mtime_ns)
            for old in aside[:-KEPT_ASIDE]:
                old.unlink()

    def close(self) -> None:
        """Let go of the lock."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
            with suppress(OSError):
                self.path.with_suffix(_LOCK).unlink()


def autosave_folder() -> Path:
    """Where unsaved work is kept."""
    return paths.user_state() / "autosave"


def recoverable(folder: Path | None = None) -> tuple[Recovery, ...]:
    """Work that programs left which are gone, the newest first; discarded work last."""
    where = folder or autosave_folder()
    if not where.is_dir():
        return ()
    found: list[Recovery] = []
    for path in where.glob(f"*{SUFFIX}"):
        was_discarded = path.name.endswith(_ASIDE)
        if not was_discarded and is_held(path.with_suffix(_LOCK)):
            continue
        try:
            found.append(_recovery(path, was_discarded=was_discarded))
        except OccStudioError as error:
            _log.info("an autosaved session can't be offered: %s", error)
    _sweep(where)
    found.sort(key=lambda one: one.saved_at, reverse=True)
    return tuple(sorted(found, key=lambda one: one.was_discarded))


def discard(recovery: Recovery) -> None:
    """Delete the work for good."""
    for path in (recovery.path, recovery.path.with_suffix(_LOCK)):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def is_held(lock: Path) -> bool:
    """Whether a running program holds a lock."""
    if not lock.is_file():
        return False
    try:
        os.close(_locked(lock))
    except OSError:
        return True
    return False


def _recovery(path: Path, *, was_discarded: bool) -> Recovery:
    said = read_description(path).get("autosave")
    about = cast(dict[str, Any], said) if isinstance(said, dict) else {}
    try:
        saved_at = datetime.fromisoformat(str(about.get("saved_at"))).astimezone()
    except ValueError:
        saved_at = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    session = about.get("session")
    return Recovery(
        path,
        str(about.get("name") or path.stem),
        saved_at,
        Path(session) if isinstance(session, str) else None,
        was_discarded,
    )


def _sweep(where: Path) -> None:
    """Remove what programs left that died while they wrote: free locks and half-written files."""
    for lock in where.glob(f"*{_LOCK}"):
        if not is_held(lock) and not lock.with_suffix(SUFFIX).exists():
            with suppress(OSError):
                lock.unlink()
    for part in where.glob(".*.part"):
        owner = part.name[1:].partition(SUFFIX)[0]
        if not is_held(where / f"{owner}{_LOCK}"):
            with suppress(OSError):
                part.unlink()


def _locked(path: Path) -> int:
    """A handle that holds the lock until it is closed or the program ends.

    Raises
    ------
    OSError
        If somebody else holds it.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle
