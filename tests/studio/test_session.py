"""Saving, opening, autosaving and recovering, without a window and without threads."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from occstudio.exchange.session_file import read_session, write_session
from occstudio.shapes.analytic import AnalyticModel
from occstudio.shapes.model_card import ModelCard
from occstudio.studio import edits
from occstudio.studio.autosave import Recovery, autosave_folder, recoverable
from occstudio.studio.document import Document
from occstudio.studio.notice import Notice, Severity
from occstudio.studio.settings import load_settings
from occstudio.studio.studio import Studio


def new_studio(*cards: ModelCard) -> Studio:
    """A studio that makes surfaces only if it is given a model: most of this is about files."""
    made = Studio(lambda name, device: AnalyticModel(), lambda: list(cards))
    made.refresh_models()
    return made


@pytest.fixture
def studio() -> Studio:
    return new_studio()


@pytest.fixture
def notices(studio: Studio) -> list[Notice]:
    heard: list[Notice] = []
    studio.noticed.subscribe(heard.append)
    return heard


def scan(path: Path, radii: tuple[float, float, float] = (1, 0.6, 0.4)) -> Path:
    points = np.random.default_rng(0).normal(size=(400, 3))
    np.save(path, points * np.asarray(radii) / np.linalg.norm(points, axis=1, keepdims=True))
    return path


def with_two_shapes(studio: Studio, tmp_path: Path) -> None:
    studio.open_files([scan(tmp_path / "a.npy"), scan(tmp_path / "b.npy", (1, 1, 1))])
    first = studio.document.items[0].id
    studio.apply(edits.set_threshold((first,), 0.4))
    studio.apply(edits.set_color((first,), "#112233"))


def die(studio: Studio) -> None:
    """What the system does for a program that was killed: its locks are free."""
    studio.session._autosave.close()


def test_a_saved_session_opens_as_it_was(tmp_path: Path) -> None:
    studio = new_studio(AnalyticModel.card)
    with_two_shapes(studio, tmp_path)
    saved = studio.document
    studio.session.save(tmp_path / "mine")
    assert studio.session.path == tmp_path / "mine.occ"
    other = new_studio(AnalyticModel.card)
    other.session.open(tmp_path / "mine.occ")
    assert [item.name for item in other.document.items] == ["a", "b"]
    assert other.document.items[0].color == "#112233"
    assert other.document.items[0].threshold == 0.4
    assert other.document.current is not None
    assert other.document.current.name == saved.current.name  # type: ignore[union-attr]
    assert all(other.is_current(item) for item in other.document.items)
    assert other.undo_label is None
    assert not other.session.is_dirty
    mesh, same = (made.results[made.document.items[0].id].mesh.vertices for made in (studio, other))
    np.testing.assert_array_equal(mesh, same)


def test_what_is_unsaved_is_known_by_comparing(studio: Studio, tmp_path: Path) -> None:
    assert not studio.session.is_dirty
    with_two_shapes(studio, tmp_path)
    assert studio.session.is_dirty
    studio.session.save(tmp_path / "a.occ")
    assert not studio.session.is_dirty
    studio.apply(edits.select((studio.document.items[1].id,)))
    assert not studio.session.is_dirty
    studio.apply(edits.rename(studio.document.items[1].id, "other"))
    assert studio.session.is_dirty
    studio.undo()
    assert not studio.session.is_dirty


def test_recent_sessions_are_remembered_between_starts(studio: Studio, tmp_path: Path) -> None:
    for name in ("one", "two"):
        studio.session.save(tmp_path / f"{name}.occ")
    studio.session.open(tmp_path / "one.occ")
    expected = (str(tmp_path / "one.occ"), str(tmp_path / "two.occ"))
    assert load_settings().recent == expected


def test_a_new_session_is_empty_and_has_no_file(studio: Studio, tmp_path: Path) -> None:
    with_two_shapes(studio, tmp_path)
    studio.session.save(tmp_path / "a.occ")
    studio.session.new()
    assert studio.document == Document()
    assert studio.session.path is None
    assert not studio.session.is_dirty
    assert not studio.results


def test_shapes_of_an_opened_session_have_ids_that_were_never_used(
    studio: Studio, tmp_path: Path
) -> None:
    with_two_shapes(studio, tmp_path)
    before = {item.id for item in studio.document.items}
    studio.session.save(tmp_path / "a.occ")
    studio.session.open(tmp_path / "a.occ")
    assert not before & {item.id for item in studio.document.items}
    assert studio.document.selection


def test_a_file_that_is_no_session_leaves_everything_alone(
    studio: Studio, tmp_path: Path, notices: list[Notice]
) -> None:
    with_two_shapes(studio, tmp_path)
    document = studio.document
    (tmp_path / "bad.occ").write_bytes(b"PK nonsense")
    studio.session.open(tmp_path / "bad.occ")
    assert studio.document is document
    assert notices[-1].severity is Severity.ERROR
    assert "bad.occ" in notices[-1].text
    assert not notices[-1].details


def test_a_failed_save_says_why_and_stays_unsaved(
    studio: Studio, tmp_path: Path, notices: list[Notice]
) -> None:
    with_two_shapes(studio, tmp_path)
    done: list[bool] = []
    studio.session.save(tmp_path / "nowhere" / "a.occ", then=lambda: done.append(True))
    assert not done
    assert studio.session.path is None
    assert studio.session.is_dirty
    assert notices[-1].severity is Severity.ERROR


def test_a_damaged_session_opens_what_is_left_and_is_not_written_over(
    studio: Studio, tmp_path: Path, notices: list[Notice]
) -> None:
    with_two_shapes(studio, tmp_path)
    studio.session.save(tmp_path / "a.occ")
    (tmp_path / "b.npy").unlink()
    data = (tmp_path / "a.occ").read_bytes()
    (tmp_path / "a.occ").write_bytes(data[: data.index(b"inputs/1") + 200])
    studio.session.open(tmp_path / "a.occ")
    assert [item.name for item in studio.document.items] == ["a"]
    assert notices[-1].severity is Severity.WARNING
    assert "“b” is lost" in notices[-1].text
    assert studio.session.path is None
    assert studio.session.is_dirty


def test_a_newer_session_is_opened_and_not_written_over(
    studio: Studio, tmp_path: Path, notices: list[Notice]
) -> None:
    with_two_shapes(studio, tmp_path)
    studio.session.save(tmp_path / "a.occ")
    parts = read_session(tmp_path / "a.occ")
    write_session(tmp_path / "a.occ", replace(parts, document={**parts.document, "schema": 99}))
    studio.session.open(tmp_path / "a.occ")
    assert len(studio.document.items) == 2
    assert "newer version" in notices[-1].text
    assert studio.session.path is None


def test_a_model_that_is_gone_is_named_and_the_points_are_there(tmp_path: Path) -> None:
    studio = new_studio(AnalyticModel.card)
    notices: list[Notice] = []
    studio.noticed.subscribe(notices.append)
    with_two_shapes(studio, tmp_path)
    ids = tuple(item.id for item in studio.document.items)
    studio.apply(edits.set_model(ids, "lost-model", 0.5))
    studio.session.save(tmp_path / "a.occ")
    studio.session.open(tmp_path / "a.occ")
    assert len(studio.document.items) == 2
    assert any("“lost-model” is not installed" in notice.text for notice in notices)


def test_work_of_a_killed_program_is_offered_and_recovered(
    studio: Studio, tmp_path: Path, notices: list[Notice]
) -> None:
    with_two_shapes(studio, tmp_path)
    studio.session.save(tmp_path / "mine.occ")
    studio.apply(edits.rename(studio.document.items[0].id, "unsaved name"))
    studio.session.autosave()
    saved_file = (tmp_path / "mine.occ").read_bytes()
    assert recoverable() == ()  # its program is alive
    die(studio)
    other = new_studio()
    offers: list[tuple[Recovery, ...]] = []
    other.session.offered.subscribe(offers.append)
    other.session.find_recoverable()
    ((found,),) = offers
    assert (found.name, found.session) == ("mine", tmp_path / "mine.occ")
    other.session.recover(found)
    assert other.document.items[0].name == "unsaved name"
    assert other.session.path == tmp_path / "mine.occ"
    assert other.session.is_dirty
    assert (tmp_path / "mine.occ").read_bytes() == saved_file
    # Killed again at once: nothing is lost, and nothing is there twice.
    die(other)
    assert [one.name for one in recoverable()] == ["mine"]


def test_later_leaves_the_work_and_discarding_removes_it(studio: Studio, tmp_path: Path) -> None:
    with_two_shapes(studio, tmp_path)
    studio.session.autosave()
    die(studio)
    for _ in range(3):  # whoever only looks changes nothing
        (found,) = recoverable()
    other = new_studio()
    other.session.discard(found)
    assert recoverable() == ()
    assert not list(autosave_folder().glob("*"))


def test_saved_work_leaves_no_autosave(studio: Studio, tmp_path: Path) -> None:
    with_two_shapes(studio, tmp_path)
    studio.session.autosave()
    assert list(autosave_folder().glob("*.occ"))
    studio.session.save(tmp_path / "a.occ")
    assert not list(autosave_folder().glob("*.occ"))
    studio.close()
    assert not list(autosave_folder().glob("*"))


def test_discarded_work_is_kept_aside_and_not_offered(studio: Studio, tmp_path: Path) -> None:
    with_two_shapes(studio, tmp_path)
    studio.apply(edits.rename(studio.document.items[0].id, "the very last edit"))
    studio.close()
    (found,) = recoverable()
    assert found.was_discarded
    other = new_studio()
    offers: list[tuple[Recovery, ...]] = []
    other.session.offered.subscribe(offers.append)
    other.session.find_recoverable()
    assert not offers
    other.session.recover(found)
    assert other.document.items[0].name == "the very last edit"


def test_discarded_work_survives_the_next_clean_exits_up_to_a_limit(tmp_path: Path) -> None:
    for number in range(12):
        studio = new_studio()
        studio.open_files([scan(tmp_path / f"scan {number:02}.npy")])
        studio.close()
    names = [one.name for one in recoverable()]
    assert len(names) == 10
    assert "scan 11" in names
    new_studio().close()
    assert len(recoverable()) == 10


def test_an_autosave_that_fails_is_told_once(
    studio: Studio, tmp_path: Path, notices: list[Notice]
) -> None:
    autosave_folder().parent.mkdir(parents=True, exist_ok=True)
    autosave_folder().write_text("in the way")
    with_two_shapes(studio, tmp_path)
    studio.session.autosave()
    studio.apply(edits.rename(studio.document.items[0].id, "x"))
    studio.session.autosave()
    failed = [notice for notice in notices if "autosave failed" in notice.text]
    assert len(failed) == 1


def test_half_written_files_of_the_dead_are_swept_up(studio: Studio, tmp_path: Path) -> None:
    with_two_shapes(studio, tmp_path)
    studio.session.autosave()
    mine = studio.session._autosave.path
    part = mine.with_name(f".{mine.name}.0a1b2c3d.part")
    part.write_bytes(b"half")
    recoverable()
    assert part.exists()  # its program is alive and may be writing it
    die(studio)
    recoverable()
    assert not part.exists()
