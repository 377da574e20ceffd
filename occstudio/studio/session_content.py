"""A document written down and read again: what the parts of a session file mean.

Frozen values are written in their `plain_form`, observations as a kind with small fields in the
description and their arrays beside it. Reading is forgiving: a field that is missing, unknown or
of a wrong type gets its default, an item whose input is lost is read from where it came from or
left out, and everything that was mended is said in one sentence.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np

from occstudio import __version__
from occstudio.errors import OccStudioError
from occstudio.exchange.session_file import Arrays, SessionParts
from occstudio.shapes.latent import Latent
from occstudio.shapes.shape_model import Observation
from occstudio.studio.blend import Blend, BlendKey, Gallery
from occstudio.studio.document import Document, ShapeItem, Source
from occstudio.studio.plain_form import plain, told_fields
from occstudio.studio.reading_content import reading_of, reading_parts

SCHEMA = 1

Description = dict[str, Any]
Reread = Callable[[Path], Source]
"""Reads a source again from the file that it came from, or raises an `OccStudioError`."""

MIGRATIONS: dict[int, Callable[[Description], Description]] = {}
"""From the schema of the key to the next."""

_KINDS: dict[str, type] = {
    kind.__name__: kind for kind in get_args(Observation) or (cast(type, Observation),)
}
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True, eq=False)
class SessionContent:
    """What a session file meant.

    Parameters
    ----------
    document : Document
        Everything that could be opened.
    problems : tuple of str
        What could not be opened as it was, one sentence each.
    is_newer : bool
        True if a later version wrote it, which may have said more.
    """

    document: Document
    problems: tuple[str, ...] = ()
    is_newer: bool = False


def parts_of(document: Document, thumbnail: bytes = b"") -> SessionParts:
    """The parts of the session file of a document; arrays are referred to, not copied."""
    keys: dict[int, str] = {}
    sources: Description = {}
    inputs: dict[str, Arrays] = {}
    items: list[Description] = []
    latents: dict[str, Arrays] = {}
    for item in document.items:
        if id(item.source) not in keys:
            key = keys[id(item.source)] = str(len(keys))
            sources[key], inputs[key] = _source_parts(item.source)
        said = plain(item, leave=("source", "latent", "blend", "reading"))
        if item.latent is not None:
            said["latent"] = item.latent.model
            latents[str(item.id)] = item.latent.arrays
        if item.blend is not None:
            said["blend"] = _blend_parts(item.blend, str(item.id), latents)
        if item.reading is not None:
            said["reading"] = reading_parts(item.reading, str(item.id), latents)
        items.append({**said, "source": keys[id(item.source)]})
    description = {
        "schema": SCHEMA,
        "program": f"occstudio {__version__}",
        **plain(document, leave=("items", "gallery")),
        "gallery": _gallery_parts(document.gallery, latents),
        "items": items,
        "sources": sources,
    }
    return SessionParts(description, inputs, latents, thumbnail)


def content_of(parts: SessionParts, reread: Reread) -> SessionContent:
    """The document in the parts of a session file; it never fails, but may be empty.

    Parameters
    ----------
    parts : SessionParts
        What was read.
    reread : callable
        Gets an input that is lost in the file from where it came from.
    """
    problems: list[str] = []
    found = dict(parts.document)
    schema = found.get("schema")
    is_newer = isinstance(schema, int) and schema > SCHEMA
    if is_newer:
        problems.append(
            "it was written by a newer version of OccStudio, which may have known more: "
            "update, or save it under another name"
        )
    while isinstance(schema, int) and schema in MIGRATIONS:
        found = MIGRATIONS[schema](found)
        schema += 1
    sources, lost = _sources(found, parts.inputs, reread)
    problems += [f"the input of “{name}” {reason}" for name, reason in _named(found, lost)]
    if parts.is_damaged and not lost:
        problems.append("the file is damaged, but no shape was lost")
    items = _items(found, sources, parts.latents)
    document = Document(
        **told_fields(Document, found, leave=("items", "gallery")),
        gallery=_gallery(_mapping(found.get("gallery")), parts.latents),
    ).with_items(items)
    return SessionContent(document, tuple(problems), is_newer)


def _source_parts(source: Source) -> tuple[Description, Arrays]:
    observation: Any = source.observation
    arrays = {
        field.name: value
        for field in fields(observation)
        if isinstance(value := getattr(observation, field.name), np.ndarray)
    }
    said = {
        "kind": type(observation).__name__,
        "path": None if source.path is None else str(source.path),
        "notes": list(source.notes),
        **plain(observation),
    }
    return said, arrays


def _sources(
    found: Description, inputs: Mapping[str, Arrays], reread: Reread
) -> tuple[dict[str, Source], dict[str, str]]:
    """The sources by key, and what is to be said of those that are not as they were saved."""
    sources: dict[str, Source] = {}
    lost: dict[str, str] = {}
    for key, said in _mapping(found.get("sources")).items():
        told = _mapping(said)
        path = Path(told["path"]) if isinstance(told.get("path"), str) else None
        notes = tuple(str(note) for note in _sequence(told.get("notes")))
        try:
            sources[key] = Source.of(_observation(told, inputs[key]), path, notes)
        except (KeyError, TypeError, ValueError, OccStudioError):
            if path is None:
                lost[key] = "is lost: it is damaged in the file"
                continue
            try:
                sources[key] = reread(path)
                lost[key] = f"was damaged in the file and was read again from '{path}'"
            except OccStudioError as error:
                lost[key] = f"is lost: it is damaged in the file, and {error}"
    return sources, lost


def _observation(told: Mapping[str, Any], arrays: Arrays) -> Observation:
    kind = _KINDS[str(told["kind"])]
    names = {field.name for field in fields(kind)}
    held = {name: array for name, array in arrays.items() if name in names}
    return cast(Observation, kind(**held, **told_fields(kind, told, leave=tuple(held))))


def _items(
    found: Description, sources: Mapping[str, Source], latents: Mapping[str, Arrays]
) -> tuple[ShapeItem, ...]:
    items: dict[int, ShapeItem] = {}
    for said in _sequence(found.get("items")):
        told = _mapping(said)
        source = sources.get(str(told.get("source")))
        if source is None:
            continue
        number = told.get("id")
        if type(number) is not int or number in items:
            number = max(items, default=0) + 1
        cloud = source.observation
        item = ShapeItem(number, cloud.name, source, cloud.frame, "")
        right = told_fields(ShapeItem, told, leave=("id", "source", "latent", "blend", "reading"))
        latent = _latent(told, latents.get(str(told.get("id"))))
        blend = _blend(_mapping(told.get("blend")), str(told.get("id")), latents)
        reading = reading_of(told.get("reading"), str(told.get("id")), latents)
        whole = replace(_usable(item, right), latent=latent, blend=blend, reading=reading)
        items[number] = whole
    return tuple(items.values())


def _usable(usual: ShapeItem, told: Description) -> ShapeItem:
    """The item with what was told of it, and numbers that every stage can work with."""
    item = replace(usual, **told)
    return replace(
        item,
        name=item.name.strip() or usual.name,
        resolution=min(max(item.resolution, 4), 2048),
        threshold=item.threshold if 0 < item.threshold < 1 else usual.threshold,
        color=item.color if _COLOR.fullmatch(item.color) else usual.color,
        time=min(max(item.time, 0.0), 1.0),
    )


def _named(found: Description, lost: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was lost, by the names of the items that have it."""
    names: dict[str, str] = {}
    for said in _sequence(found.get("items")):
        told = _mapping(said)
        names.setdefault(str(told.get("source")), str(told.get("name")))
    return [(names[key], reason) for key, reason in lost.items() if key in names]


def _latent(told: Mapping[str, Any], arrays: Arrays | None) -> Latent | None:
    if arrays is None or not isinstance(told.get("latent"), str):
        return None
    return Latent(arrays, told["latent"])


def _blend_parts(blend: Blend, item: str, latents: dict[str, Arrays]) -> Description:
    for number, key in enumerate(blend.keys):
        latents[f"{item}.{number}"] = key.latent.arrays
    keys = [{"name": key.name, "model": key.latent.model} for key in blend.keys]
    return {"fraction": blend.fraction, "path": blend.path, "keys": keys}


def _blend(told: Mapping[str, Any], item: str, latents: Mapping[str, Arrays]) -> Blend | None:
    """The blend, if all its shapes are there; else the latent alone says what the item is."""
    keys = [
        _key(_mapping(said), latents.get(f"{item}.{number}"))
        for number, said in enumerate(_sequence(told.get("keys")))
    ]
    whole = tuple(key for key in keys if key is not None)
    if len(whole) < 2 or len(whole) < len(keys):
        return None
    return Blend(whole, **told_fields(Blend, told, leave=("keys",)))


def _gallery_parts(gallery: Gallery, latents: dict[str, Arrays]) -> Description:
    said = plain(gallery, leave=("around",))
    if gallery.around is not None:
        latents["around"] = gallery.around.latent.arrays
        said["around"] = {"name": gallery.around.name, "model": gallery.around.latent.model}
    return said


def _gallery(told: Mapping[str, Any], latents: Mapping[str, Arrays]) -> Gallery:
    around = _key(_mapping(told.get("around")), latents.get("around"))
    return Gallery(**told_fields(Gallery, told, leave=("around",)), around=around)


def _key(told: Mapping[str, Any], arrays: Arrays | None) -> BlendKey | None:
    model = told.get("model")
    if arrays is None or not isinstance(model, str):
        return None
    return BlendKey(str(told.get("name", "")), Latent(arrays, model))


def _mapping(value: object) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], value) if isinstance(value, Mapping) else {}


def _sequence(value: object) -> Sequence[Any]:
    return cast(Sequence[Any], value) if isinstance(value, list) else ()
