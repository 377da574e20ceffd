"""Files become sources: what can be used is used, the rest is listed once, with reasons."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from occstudio.errors import OccStudioError
from occstudio.shapes.shape_model import Observation
from occstudio.shapes.watch import Watch
from occstudio.studio.document import Source
from occstudio.studio.notice import Notice, Severity

MOST_FILES = 200
"""As many shapes are opened at once."""

Read = Callable[[Path], tuple[Observation, tuple[str, ...]]]
"""Reads an observation and notes about it from a file, or raises an `OccStudioError`."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenedFiles:
    """What came of opening several files.

    Parameters
    ----------
    sources : tuple of Source
        What could be used, in order.
    rejected : tuple of (Path, str)
        What could not, with the reason.
    """

    sources: tuple[Source, ...]
    rejected: tuple[tuple[Path, str], ...]

    @property
    def notice(self) -> Notice | None:
        """One notice about everything that could not be used; None if all could."""
        if not self.rejected:
            return None
        details = "\n".join(f"{path.name or path}: {reason}" for path, reason in self.rejected)
        if len(self.rejected) == 1 and not self.sources:
            path, reason = self.rejected[0]
            return Notice(f"'{path.name or path}' was not opened: {reason}", "", Severity.ERROR)
        total = len(self.rejected) + len(self.sources)
        text = f"{len(self.rejected)} of {total} files could not be used"
        if not self.sources:
            text = f"none of {total} files could be used"
        severity = Severity.WARNING if self.sources else Severity.ERROR
        return Notice(text, details, severity)


def open_sources(
    files: Sequence[Path],
    watch: Watch,
    read: Read | None = None,
    refused: Sequence[tuple[Path, str]] = (),
) -> OpenedFiles:
    """Read files one after another.

    Parameters
    ----------
    files : sequence of Path
        Whatever was dropped: of folders, the files in them; films and vanished files are
        rejected with a reason.
    watch : Watch
        Asked before each file.
    read : callable, optional
        `occstudio.exchange.observation_reader.read_observation` by default.
    refused : sequence of (Path, str)
        What cannot be used for other reasons, to be listed with the rest.
    """
    reader = read or _read
    sources: list[Source] = []
    rejected: list[tuple[Path, str]] = list(refused)
    wanted = [found for path in files for found in _spread(path)]
    for done, path in enumerate(wanted):
        watch.check()
        watch.report("opening", done / len(wanted))
        reason = _unusable(path)
        if reason:
            rejected.append((path, reason))
            continue
        try:
            observation, notes = reader(path)
            sources.append(Source.of(observation, path, notes))
        except OccStudioError as error:
            rejected.append((path, _without_path(str(error), path)))
        if len(sources) == MOST_FILES and done + 1 < len(wanted):
            left = len(wanted) - done - 1
            reason = f"and {left} more: only {MOST_FILES} are opened at once"
            rejected.append((wanted[done + 1], reason))
            break
    return OpenedFiles(tuple(sources), tuple(rejected))


def _spread(path: Path) -> list[Path]:
    """The files in a folder, hidden ones left out; anything else as it is."""
    try:
        if not path.is_dir():
            return [path]
        files = (found for found in path.rglob("*") if found.is_file())
        seen = (found for found in files if not found.name.startswith("."))
        return sorted(itertools.islice(seen, MOST_FILES + 1)) or [path]
    except OSError:
        return [path]  # reading it says why


def _unusable(path: Path) -> str:
    try:
        if path.is_dir():
            return "the folder is empty"
        if not path.exists():
            return "it is not there (any more)"
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _without_path(message: str, path: Path) -> str:
    # The list names the file already; readers name it as well.
    prefix = f"could not read '{path}': "
    return message.removeprefix(prefix)


def _read(path: Path) -> tuple[Observation, tuple[str, ...]]:
    from occstudio.exchange.observation_reader import read_observation

    found = read_observation(path)
    return found.observation, found.notes
