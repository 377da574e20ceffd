"""Photos in the studio: cut-outs are looked at, shapes fitted, and both are undone and saved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from occstudio.exchange.object_mask import Stroke
from occstudio.shapes.image import Image
from occstudio.studio import edits
from occstudio.studio.document import Document, Source
from occstudio.studio.notice import Notice
from occstudio.studio.photo_cut import WHOLE, PhotoCut
from occstudio.studio.session_content import content_of, parts_of
from occstudio.studio.settings import Settings
from occstudio.studio.studio import Studio
from tests.box_photo import SIZE, BoxReader, cut, draw_photo, photo_file


def _studio(*, fits: bool = False) -> Studio:
    reader = BoxReader()
    settings = Settings(fits_photos=fits)
    studio = Studio(lambda _name, _device: reader, lambda: [reader.card], settings=settings)
    studio.refresh_models()
    return studio


def _open(studio: Studio, path: Path) -> int:
    studio.open_files([path])
    item = studio.document.current
    assert item is not None
    studio.apply(edits.set_resolution((item.id,), 32))
    return item.id


def test_a_cut_out_photo_becomes_a_coloured_shape_at_once(tmp_path: Path) -> None:
    Pillow.fromarray(cut(draw_photo()).pixels).save(tmp_path / "a.png")
    studio = _studio()
    studio.photos.asks = True
    item_id = _open(studio, tmp_path / "a.png")
    item = studio.document.find(item_id)
    assert item is not None
    result = studio.results[item.id]
    assert item.in_one_piece
    assert result.mesh.colors is not None
    assert result.reading is not None
    assert result.reading.confidence > 0.5
    plain = edits.set_finishing((item.id,), type(item.finishing)())
    studio.apply(plain)
    assert studio.results[item.id].mesh.colors is None


def test_a_background_waits_until_its_cut_out_was_looked_at(tmp_path: Path) -> None:
    studio, wanted = _studio(), []
    studio.photos.asks = True
    studio.photos.cut_wanted.subscribe(wanted.append)
    item_id = _open(studio, photo_file(tmp_path / "a.png"))
    assert wanted == [item_id]
    assert item_id not in studio.results
    studio.refresh_models()
    assert wanted == [item_id]  # asked once
    studio.photos.accept(item_id, PhotoCut(box=(60, 20, 250, 225)))
    seen = studio.results[item_id].observation
    assert isinstance(seen, Image)
    assert seen.has_opacity
    studio.undo()
    item = studio.document.find(item_id)
    assert item is not None
    assert not item.model
    studio.redo()
    assert studio.is_current(studio.document.items[0])


def test_without_anybody_to_ask_a_photo_is_cut_out_at_once(tmp_path: Path) -> None:
    studio = _studio()
    item_id = _open(studio, photo_file(tmp_path / "a.png", copies=2, width=480))
    assert any("2 objects" in doubt for doubt in studio.results[item_id].doubts)
    studio.photos.accept(item_id, WHOLE)
    seen = studio.results[item_id].observation
    assert isinstance(seen, Image)
    assert not seen.has_opacity


def test_fitting_is_one_step_and_another_cut_out_forgets_it(tmp_path: Path) -> None:
    Pillow.fromarray(cut(draw_photo()).pixels).save(tmp_path / "a.png")
    studio, said = _studio(), list[Notice]()
    studio.noticed.subscribe(said.append)
    item_id = _open(studio, tmp_path / "a.png")
    first = studio.results[item_id]
    studio.photos.fit(item_id)
    fitted = studio.results[item_id]
    assert np.ptp(fitted.mesh.vertices, axis=0) == pytest.approx(SIZE, abs=0.04)
    assert "of its outline agrees with the photo's" in said[-1].text
    assert studio.undo_label == "Fit to photo"
    studio.undo()
    assert studio.results[item_id].wish == first.wish
    studio.redo()
    studio.photos.accept(item_id, PhotoCut(box=(0, 0, 300, 230)))
    item = studio.document.find(item_id)
    assert item is not None
    assert item.reading is item.latent is None


def test_a_new_photo_is_fitted_by_itself_once_and_in_one_step(tmp_path: Path) -> None:
    Pillow.fromarray(cut(draw_photo()).pixels).save(tmp_path / "a.png")
    studio, said = _studio(fits=True), list[Notice]()
    studio.noticed.subscribe(said.append)
    studio.open_files([tmp_path / "a.png"])
    item = studio.document.items[0]
    assert item.reading is not None
    assert item.reading.agreement > 0.95
    assert sum("of its outline agrees" in notice.text for notice in said) == 1
    assert studio.undo_label == "Fit to photo"
    studio.undo()
    first = studio.document.items[0]
    assert first.reading is None
    studio.apply(edits.set_resolution((item.id,), 32))
    assert studio.document.items[0].reading is None  # taken back, and not done again
    studio.photos.accept(item.id, PhotoCut(box=(60, 20, 250, 225)))
    assert studio.undo_label == "Fit to photo"  # another cut-out is another photo


def test_a_photo_of_a_session_is_as_it_was_saved(tmp_path: Path) -> None:
    Pillow.fromarray(cut(draw_photo()).pixels).save(tmp_path / "a.png")
    studio = _studio()
    _open(studio, tmp_path / "a.png")
    studio.settings = Settings(fits_photos=True)
    studio.start(studio.document)
    assert studio.is_current(studio.document.items[0])
    assert studio.document.items[0].reading is None


def test_who_undoes_while_a_shape_is_fitted_ends_the_fit(tmp_path: Path) -> None:
    Pillow.fromarray(cut(draw_photo()).pixels).save(tmp_path / "a.png")
    studio = _studio()
    item_id = _open(studio, tmp_path / "a.png")
    seen: list[str | None] = []

    def undo_the_first(_: object, new: Document) -> None:
        item = new.find(item_id)
        if item is not None and item.reading is not None:
            seen.append(studio.undo_label)
            studio.undo()

    studio.changed.subscribe(undo_the_first)
    studio.photos.fit(item_id)
    assert seen == ["Fit to photo"]
    item = studio.document.find(item_id)
    assert item is not None
    assert item.reading is None
    assert not studio.photos.is_fitting


def test_cut_and_fit_are_saved(tmp_path: Path) -> None:
    studio = _studio()
    item_id = _open(studio, photo_file(tmp_path / "a.png"))
    wanted = PhotoCut(box=(60, 20, 250, 225), strokes=(Stroke(((5, 5), (9, 30)), 4, keep=False),))
    studio.photos.accept(item_id, wanted)
    studio.photos.fit(item_id)
    saved = studio.document.items[0]
    parts = parts_of(studio.document)
    found = content_of(parts, lambda path: Source.of(Image(np.zeros((1, 1, 3), np.uint8)), path))
    item = found.document.items[0]
    assert not found.problems
    assert item.input_edit == saved.input_edit
    assert item.reading is not None
    assert saved.reading is not None
    assert saved.reading.camera is not None
    assert item.reading.camera is not None
    assert (item.reading.camera.matrix == saved.reading.camera.matrix).all()
    assert item.reading.confidence == saved.reading.confidence
    assert (item.reading.latent.arrays["z"] == saved.reading.latent.arrays["z"]).all()


def test_what_can_not_be_fitted_is_said(tmp_path: Path) -> None:
    studio, said = _studio(), list[Notice]()
    studio.noticed.subscribe(said.append)
    Pillow.fromarray(np.full((64, 64, 3), 128, np.uint8)).save(tmp_path / "wall.png")
    item_id = _open(studio, tmp_path / "wall.png")
    assert "no object was found" in studio.failures[item_id].text
    studio.photos.fit(item_id)
    assert "no shape yet" in said[-1].text
