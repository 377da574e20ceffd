"""A document that is written down is the same when it is read, and what is wrong is mended."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from occstudio.errors import OccStudioError
from occstudio.exchange.session_file import SessionParts
from occstudio.finishing.finishing import Finishing
from occstudio.shapes.frame import Frame
from occstudio.shapes.latent import Latent
from occstudio.shapes.point_cloud import PointCloud
from occstudio.studio import session_content
from occstudio.studio.document import Comparison, Document, FieldSlice, ShapeItem, Source
from occstudio.studio.input_edit import InputEdit
from occstudio.studio.session_content import SCHEMA, SessionContent, content_of, parts_of


def source(seed: int, path: Path | None = None) -> Source:
    points = np.random.default_rng(seed).normal(size=(50, 3)) * 100
    cloud = PointCloud.of(points, up="+z", unit="mm", name=f"scan {seed}")
    colors = np.full((50, 3), seed, np.uint8)
    return Source.of(replace(cloud, colors=colors), path, ("5 rows were dropped",))


def full_document() -> Document:
    """Every field of every value is something else than its default."""
    one = source(1, Path("/scans/one.ply"))
    latent = Latent({"c": np.arange(8, dtype=np.float32)}, "other")
    items = (
        ShapeItem(
            4,
            "Stühl",
            one,
            replace(one.observation.frame, up="-x"),
            "scan-any",
            resolution=256,
            threshold=0.31,
            in_one_piece=True,
            visible=False,
            color="#aa3300",
            refine=True,
            input_edit=InputEdit(((0.0, -1.5, 2.0), (1.0, 2.0, 3.0)), 2.0, 100, 0.01, False, 3),
            finishing=Finishing(True, 4, 1000),
            time=0.25,
        ),
        ShapeItem(9, "copy", one, one.observation.frame, "", latent=latent),
        ShapeItem(2, "two", source(2), Frame((1.0, 2.0, 3.0), 0.5, "-y", "m"), "other"),
    )
    return Document(items, (9, 4), Comparison("wipe", 4, 2, 0.3), FieldSlice(True, "x", 0.125))


def nothing(path: Path) -> Source:
    raise OccStudioError("it is not there (any more)")


def there_and_back(document: Document) -> SessionContent:
    parts = parts_of(document)
    through_json = json.loads(json.dumps(parts.document))
    return content_of(replace(parts, document=through_json), nothing)


def assert_same(found: Document, wanted: Document) -> None:
    for field in fields(Document):
        if field.name != "items":
            assert getattr(found, field.name) == getattr(wanted, field.name)
    for item, other in zip(found.items, wanted.items, strict=True):
        for field in fields(ShapeItem):
            if field.name not in ("source", "latent"):
                assert getattr(item, field.name) == getattr(other, field.name), field.name
        cloud, same = item.source.observation, other.source.observation
        assert (cloud.frame, cloud.name) == (same.frame, same.name)
        np.testing.assert_array_equal(cloud.points, same.points)
        np.testing.assert_array_equal(cloud.colors, same.colors)
        np.testing.assert_array_equal(item.source.shown, other.source.shown)
        assert (item.source.path, item.source.notes) == (other.source.path, other.source.notes)
        assert (item.latent is None) == (other.latent is None)


def test_every_field_comes_back() -> None:
    document = full_document()
    for field in fields(ShapeItem):
        # Of blends: test_exploration; of readings: test_photos.
        if field.name not in ("latent", "blend", "reading"):
            assert getattr(document.items[0], field.name) != field.default, f"{field.name} untried"
    content = there_and_back(document)
    assert not content.problems
    assert_same(content.document, document)
    assert content.document.items[0].source is content.document.items[1].source
    latent = content.document.items[1].latent
    assert latent is not None
    assert latent.model == "other"
    np.testing.assert_array_equal(latent.arrays["c"], np.arange(8))


def test_an_empty_document_comes_back() -> None:
    content = there_and_back(Document())
    assert content.document == Document()
    assert not content.problems


def parts_with(change: dict[str, Any]) -> SessionParts:
    parts = parts_of(full_document())
    described = json.loads(json.dumps(parts.document))
    described["items"][0].update(change)
    return replace(parts, document=described)


@pytest.mark.parametrize(
    "change",
    [
        {"resolution": "many"},
        {"resolution": True},
        {"threshold": 7.0},
        {"threshold": None},
        {"frame": {"center": [0, 0], "scale": -1}},
        {"frame": 5},
        {"color": "red; drop"},
        {"finishing": {"smooth_iterations": "x"}},
        {"input_edit": {"crop": [[0, 0, 0]]}},
        {"input_edit": {"count": -5}},
        {"visible": "no"},
        {"name": "  "},
        {"id": "four"},
        {"id": 9},
        {"future": {"a": 1}},
        {"time": 1e400},
    ],
)
def test_a_wrong_field_gets_its_default_and_the_rest_is_kept(change: dict[str, Any]) -> None:
    content = content_of(parts_with(change), nothing)
    assert len(content.document.items) == 3
    item = content.document.items[0]
    assert 0 < item.threshold < 1
    if "resolution" not in change:
        assert item.resolution == 256
    assert item.model == "scan-any"
    assert item.name
    assert len({one.id for one in content.document.items}) == 3


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"items": 3, "sources": []},
        {"items": [None, 5, {"source": "0"}], "sources": {"0": None}},
        {"schema": "x", "items": [{}], "selection": [[]], "comparison": [], "slice": {"axis": 3}},
    ],
)
def test_nonsense_is_an_empty_document(document: dict[str, Any]) -> None:
    content = content_of(SessionParts(document), nothing)
    assert not content.document.items
    assert content.document.selection == ()


def test_a_lost_input_is_read_again_from_where_it_came() -> None:
    parts = parts_of(full_document())
    asked: list[Path] = []

    def reread(path: Path) -> Source:
        asked.append(path)
        return source(1, path)

    left = {key: arrays for key, arrays in parts.inputs.items() if key != "0"}
    content = content_of(replace(parts, inputs=left, is_damaged=True), reread)
    assert asked == [Path("/scans/one.ply")]
    assert_same(content.document, full_document())
    assert len(content.problems) == 1
    assert "“Stühl” was damaged in the file and was read again" in content.problems[0]


def test_an_input_that_is_gone_takes_its_items_with_it_and_is_named() -> None:
    parts = parts_of(full_document())
    left = {key: arrays for key, arrays in parts.inputs.items() if key != "0"}
    content = content_of(replace(parts, inputs=left, is_damaged=True), nothing)
    assert [item.name for item in content.document.items] == ["two"]
    assert content.document.selection == ()
    assert content.document.comparison == Comparison()
    assert "“Stühl” is lost" in content.problems[0]


def test_a_newer_session_is_opened_as_far_as_it_is_understood() -> None:
    parts = parts_of(full_document())
    newer = {**parts.document, "schema": SCHEMA + 5, "future": 1}
    content = content_of(replace(parts, document=newer), nothing)
    assert content.is_newer
    assert "newer version" in content.problems[0]
    assert_same(content.document, full_document())


def test_an_older_session_goes_through_every_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    def from_1(found: dict[str, Any]) -> dict[str, Any]:
        return {**found, "slice": {"visible": True, "axis": found["axis"]}}

    def from_2(found: dict[str, Any]) -> dict[str, Any]:
        return {**found, "slice": {**found["slice"], "offset": 0.5}}

    monkeypatch.setattr(session_content, "SCHEMA", 3)
    monkeypatch.setattr(session_content, "MIGRATIONS", {1: from_1, 2: from_2})
    content = content_of(SessionParts({"schema": 1, "axis": "x"}), nothing)
    assert content.document.slice == FieldSlice(True, "x", 0.5)
    assert not content.is_newer
