"""Undo and redo bring back exactly what was."""

import numpy as np

from occstudio.finishing.finishing import Finishing
from occstudio.shapes.frame import UP_AXES
from occstudio.shapes.point_cloud import PointCloud
from occstudio.studio import edits
from occstudio.studio.document import (
    COMPARISONS,
    RESOLUTIONS,
    Comparison,
    Document,
    FieldSlice,
    ShapeItem,
    Source,
)
from occstudio.studio.history import History
from occstudio.studio.input_edit import InputEdit


def item(item_id: int) -> ShapeItem:
    points = np.random.default_rng(item_id).normal(size=(20, 3))
    source = Source.of(PointCloud.of(points, name=f"cloud {item_id}"))
    return ShapeItem(
        item_id, source.observation.name, source, source.observation.frame, "ellipsoid"
    )


def random_edit(rng: np.random.Generator, document: Document, next_id: int) -> edits.Edit:
    ids = tuple(item.id for item in document.items)
    if not ids or rng.random() < 0.2:
        return edits.add_items((item(next_id),))
    one = (int(rng.choice(ids)),)
    other = int(rng.choice(ids))
    part = float(rng.random())
    choices = (
        lambda: edits.remove_items(one),
        lambda: edits.duplicate_items({one[0]: next_id}),
        lambda: edits.move_items(one, int(rng.integers(len(ids) + 1))),
        lambda: edits.select((*one, *(i for i in (other,) if i != one[0]))),
        lambda: edits.rename(one[0], f"name {rng.integers(9)}"),
        lambda: edits.set_visible(one, bool(rng.integers(2))),
        lambda: edits.set_color(one, f"#{rng.integers(16**6):06x}"),
        lambda: edits.set_model(one, f"model {rng.integers(3)}", 0.4),
        lambda: edits.set_resolution(one, int(rng.choice(RESOLUTIONS))),
        lambda: edits.set_threshold(one, part),
        lambda: edits.set_refine(one, bool(rng.integers(2))),
        lambda: edits.set_time(one, part),
        lambda: edits.set_up(one, str(rng.choice(UP_AXES))),
        lambda: edits.set_unit(one, str(rng.choice(["", "mm", "m"]))),
        lambda: edits.set_input_edit(one, InputEdit(noise=part)),
        lambda: edits.set_finishing(one, Finishing(smooth_iterations=int(rng.integers(9)))),
        lambda: edits.set_comparison(Comparison(str(rng.choice(COMPARISONS)), one[0], other)),
        lambda: edits.set_slice(FieldSlice(bool(rng.integers(2)), "x", part)),
    )
    return choices[int(rng.integers(len(choices)))]()


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


def test_deleting_a_compared_shape_ends_the_comparison() -> None:
    document = Document((item(1), item(2), item(3)), (1,), Comparison("wipe", 1, 2))
    assert edits.remove_items((3,)).change(document).comparison.mode == "wipe"
    assert edits.remove_items((2,)).change(document).comparison == Comparison()


def test_moved_items_keep_their_order_and_stand_before_the_place() -> None:
    document = Document(tuple(item(k) for k in range(1, 6)))

    def order(ids: tuple[int, ...], place: int) -> list[int]:
        return [one.id for one in edits.move_items(ids, place).change(document).items]

    assert order((1, 3), 5) == [2, 4, 5, 1, 3]
    assert order((5, 4), 0) == [4, 5, 1, 2, 3]
    assert order((2,), 2) == [1, 2, 3, 4, 5]
    assert order((2, 3), 4) == [1, 4, 2, 3, 5]


def test_copies_stand_after_their_shapes_selected_with_names_of_their_own() -> None:
    document = Document((item(1), item(2)), (1, 2))
    after = edits.duplicate_items({1: 7, 2: 8}).change(document)
    assert [one.id for one in after.items] == [1, 7, 2, 8]
    assert after.selection == (7, 8)
    names = [one.name for one in after.items]
    assert len(set(names)) == 4
    assert names[1] == "cloud 3"
    assert after.items[1].source is document.items[0].source
