"""Models from the Hugging Face hub: found, downloaded and resumed, then added as any file.

huggingface_hub does the talking (an optional package); what was downloaded stays in the person's
cache, part by part, so that an interrupted download goes on where it was. ``HF_ENDPOINT`` names
another server.
"""

import hashlib
import logging
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from urllib.parse import urlsplit

from occstudio import paths
from occstudio.errors import (
    Cancelled,
    MissingExtraError,
    ModelError,
    OccStudioError,
    UnreadableFileError,
    UnwritableFileError,
)
from occstudio.inference.library import add_model, free_name
from occstudio.inference.torch_file import LARGEST_FILE
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.watch import UNWATCHED, Watch

_SUFFIXES = (".safetensors", ".pt", ".pth", ".tar", ".ckpt")
_CONFIGS = (".yaml", ".yml", ".json")

_PATIENCE_S = 8.0

Answer = TypeVar("Answer")


def get_model(
    repository: str,
    *,
    revision: str | None = None,
    file: str | None = None,
    name: str = "",
    settings: Mapping[str, Any] | None = None,
    watch: Watch = UNWATCHED,
) -> ModelCard:
    """Download a model and bring it into the library.

    Parameters
    ----------
    repository : str
        ``owner/name``.
    revision : str, optional
        Branch, tag or commit; the newest of the main branch by default.
    file : str, optional
        Which file; needed only where a repository has several checkpoints.
    name : str
        In the library; by default the repository's.
    settings : mapping, optional
        Hyper-parameters by dotted name.
    watch : Watch
        Told the stage ``download``; cancelling keeps what has arrived.

    Raises
    ------
    OccStudioError
        If it can't be reached, found or used.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise ModelError(f"'{repository}' is no model of the hub: give it as owner/name")
    files = _asked(repository, lambda: _files_of(repository, revision))
    chosen = _chosen(repository, files, file)
    path = _download(repository, chosen, revision, watch)
    config = _config_of(chosen, files)
    stated = None if config is None else _download(repository, config, revision, watch)
    return add_model(
        path,
        name=name or free_name(repository.partition("/")[2]),
        config=stated,
        settings=settings,
        watch=watch,
    )


def _files_of(repository: str, revision: str | None) -> list[str]:
    import huggingface_hub

    api = huggingface_hub.HfApi(endpoint=_endpoint())
    return list(api.list_repo_files(repository, revision=revision))


def _chosen(repository: str, files: Sequence[str], wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in files:
            raise ModelError(
                f"'{repository}' has no file '{wanted}': it has {', '.join(sorted(files)[:8])}"
            )
        return wanted
    found = [name for name in files if name.lower().endswith(_SUFFIXES)]
    ours = [name for name in found if PurePosixPath(name).name == "model.safetensors"]
    for few in (ours, [name for name in found if name.endswith(".safetensors")], found):
        if len(few) == 1:
            return few[0]
    if not found:
        raise ModelError(f"'{repository}' has no checkpoint: it has {', '.join(sorted(files)[:8])}")
    raise ModelError(
        f"'{repository}' has several checkpoints: choose one of {', '.join(sorted(found)[:12])} "
        "with --file"
    )


def _config_of(chosen: str, files: Sequence[str]) -> str | None:
    """The configuration that belongs to a checkpoint: of its name, or the folder's YAML."""
    place = PurePosixPath(chosen)
    candidates = [str(place.with_suffix(suffix)) for suffix in _CONFIGS]
    candidates.append(str(place.parent / "config.yaml"))
    return next((name for name in candidates if name in files), None)


def _download(repository: str, name: str, revision: str | None, watch: Watch) -> Path:
    """A file of the hub in the person's cache; what came earlier is not asked for again."""
    watch.check()
    watch.report("download", 0.0)
    return _asked(repository, lambda: _fetched(repository, name, revision, watch))


def _fetched(repository: str, name: str, revision: str | None, watch: Watch) -> Path:
    import huggingface_hub
    from huggingface_hub.file_download import http_get

    parts = PurePosixPath(name).parts
    if ".." in parts or PurePosixPath(name).is_absolute() or "\\" in name:
        raise ModelError(f"'{repository}' names a file '{name}', which is not safe to store")
    endpoint = _endpoint()
    address = huggingface_hub.hf_hub_url(repository, name, revision=revision, endpoint=endpoint)
    about = huggingface_hub.get_hf_file_metadata(address, endpoint=endpoint)
    if about.size is not None and about.size > LARGEST_FILE:
        raise UnreadableFileError(
            name, f"it is {about.size / 1e9:.0f} GB, which no shape network is"
        )
    place = paths.user_cache() / "hub" / repository.replace("/", "--")
    place /= re.sub(r"\W", "", about.commit_hash or "") or "unknown"
    target = place.joinpath(*parts)
    if target.is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    headers = huggingface_hub.utils.build_hf_headers()
    if urlsplit(about.location).netloc != urlsplit(address).netloc:
        headers.pop("authorization", None)  # is meant for the hub, not for where it stores files
    # hf_hub_download begins again when it is started again, so the part that came is kept here.
    part = target.with_name(target.name + ".part")
    part.touch()
    with part.open("r+b") as file:
        have = file.seek(0, os.SEEK_END)
        if about.size is not None and have > about.size:
            have = file.truncate(0)
            file.seek(0)
        http_get(
            about.location,
            file,
            resume_size=have,
            headers=headers,
            expected_size=about.size,
            tqdm_class=_progress(watch),
        )
    _check_digest(part, name, about.etag)
    return part.rename(target)


def _check_digest(part: Path, name: str, etag: str | None) -> None:
    """Large files of the hub are named by their SHA-256."""
    if etag is None or not re.fullmatch(r"[0-9a-f]{64}", etag):
        return
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != etag:
        part.unlink()
        raise UnreadableFileError(
            name, "it did not arrive as the hub has it; run the command again"
        )


def _progress(watch: Watch) -> type[Any]:
    """A progress bar of tqdm's kind that draws nothing, but tells and asks the watch."""
    from tqdm import tqdm

    class Progress(tqdm):  # type: ignore[type-arg]
        monitor_interval = 0  # no thread that watches bars

        def __init__(self, *given: Any, **options: Any) -> None:  # noqa: ANN401 - as tqdm's
            options.pop("name", None)
            options["disable"] = True
            self._done = float(options.get("initial") or 0)
            self._all = float(options.get("total") or 0)
            super().__init__(*given, **options)

        def update(self, n: float | None = 1) -> bool | None:
            self._done += n or 0
            watch.check()
            if self._all:
                watch.report("download", min(self._done / self._all, 1.0))
            return None

    return Progress


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT") or None


def _asked(repository: str, ask: Callable[[], Answer]) -> Answer:
    """What the hub answers; what goes wrong is told in a sentence."""
    try:
        from huggingface_hub import errors
    except ImportError as error:
        raise MissingExtraError("the model hub", "huggingface_hub", "hub") from error
    # The library under huggingface_hub has changed before, and its errors with it: all that is
    # neither ours nor the hub's own answer means that the server could not be reached.
    log = logging.getLogger("huggingface_hub")
    level = log.level
    log.setLevel(logging.CRITICAL)  # it tells of each new try; one sentence in the end will do
    try:
        _check_reachable()
        return ask()
    except (OccStudioError, Cancelled):
        raise
    except errors.GatedRepoError as error:
        raise ModelError(
            f"'{repository}' is given only to people who agreed to its terms: do so on its page, "
            "then log in with 'hf auth login'"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise ModelError(f"'{repository}' has no such revision: leave --revision out") from error
    except errors.RepositoryNotFoundError as error:
        raise ModelError(
            f"there is no model '{repository}' on the hub, or it is private: check its name"
        ) from error
    except (errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError) as error:
        raise ModelError(_UNREACHED.format(repository)) from error
    except errors.HfHubHTTPError as error:
        raise ModelError(f"the hub refuses '{repository}' ({error}): try again later") from error
    except PermissionError as error:
        raise UnwritableFileError(paths.user_cache(), "you have no permission") from error
    except Exception as error:
        raise ModelError(_UNREACHED.format(repository)) from error
    finally:
        log.setLevel(level)


def _check_reachable() -> None:
    """Raise at once if there is no connection, instead of after the half minute of many tries."""
    import socket
    from urllib.request import getproxies

    if getproxies():
        return  # only the proxy knows
    place = urlsplit(_endpoint() or "https://huggingface.co")
    port = place.port or (80 if place.scheme == "http" else 443)
    socket.create_connection((place.hostname or "", port), timeout=_PATIENCE_S).close()


_UNREACHED = (
    "the hub can't be reached, so '{}' was not downloaded: check the connection and run the "
    "command again, it goes on where it was; or download the file elsewhere and use "
    "'occstudio models add FILE'"
)
