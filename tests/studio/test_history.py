"""Undo and redo bring back exactly what was."""

import numpy as np

from occstudio.shapes.frame import UP_AXES
from occstudio.shapes.point_cloud import PointCloud
from occstudio.studio import edits
from occstudio.studio.document import RESOLUTIONS, Document, ShapeItem, Source
from occstudio.studio.history import History


def item(item_id: int) -> ShapeItem:
    points = np.random.default_rng(item_id).normal(size=(20, 3))
    source = Source.of(PointCloud.of(points, name=f"cloud {item_id}"))
    return ShapeItem(item_id, source.cloud.name, source, source.cloud.frame, "ellipsoid")


def random_edit(rng: np.random.Generator, document: Document, next_id: int) -> edits.Edit:
    ids = tuple(item.id for item in document.items)
    if not ids or rng.random() < 0.2:
        return edits.add_items((item(next_id),))
    one = (int(rng.choice(ids)),)
    return (
        lambda: edits.remove_items(one),
        lambda: edits.select(one),
        lambda: edits.rename(one[0], f"name {rng.integers(9)}"),
        lambda: edits.set_visible(one, bool(rng.integers(2))),
        lambda: edits.set_model(one, f"model {rng.integers(3)}", 0.4),
        lambda: edits.set_resolution(one, int(rng.choice(RESOLUTIONS))),
        lambda: edits.set_threshold(one, float(rng.random())),
        lambda: edits.set_up(one, str(rng.choice(UP_AXES))),
    )[int(rng.integers(8))]()


def test_undo_after_a_random_walk_restores_every_document_and_redo_too() -> None:
    rng = np.random.default_rng(3)
    history = History(Document(), depth=1000)
    walk = [history.present]
    for step in range(300):
        edit = random_edit(rng, history.present, step + 1)
        new = edit.change(history.present)
        if new == history.present:
            continue
        if edit.remembered:
            history.record(edit.label, new)
            walk.append(new)
        else:
            history.amend(new)
            walk[-1] = new
    for expected in reversed(walk[:-1]):
        assert history.undo() == expected
    assert history.undo_label is None
    for expected in walk[1:]:
        assert history.redo() == expected
    assert history.redo_label is None


def test_edits_of_one_gesture_are_one_step_until_it_ends() -> None:
    history = History(Document((item(1),), (1,)))
    start = history.present
    for threshold in (0.6, 0.7, 0.8):
        edit = edits.set_threshold((1,), threshold)
        history.record(edit.label, edit.change(history.present), "drag")
    history.end_gesture()
    middle = history.present
    edit = edits.set_threshold((1,), 0.9)
    history.record(edit.label, edit.change(history.present), "drag")
    assert history.undo() is middle
    assert history.undo() is start


def test_a_new_edit_forgets_what_was_undone() -> None:
    history = History(Document((item(1),), (1,)))
    history.record("a", Document())
    history.undo()
    history.record("b", Document((item(2),)))
    assert history.redo_label is None


def test_the_oldest_steps_are_forgotten_beyond_the_depth() -> None:
    history = History(Document(), depth=3)
    for step in range(10):
        history.record(str(step), Document((item(step + 1),)))
    for _ in range(10):
        history.undo()
    assert history.present.items[0].id == 7


def test_deleting_selects_the_neighbour() -> None:
    document = Document((item(1), item(2), item(3)), (2,))
    after = edits.remove_items((2,)).change(document)
    assert after.selection == (3,)
    assert edits.remove_items((3,)).change(after).selection == (1,)
