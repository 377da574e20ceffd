"""Saved views are part of the document: named, replaced, forgotten, undone, written down."""

from dataclasses import replace

import pytest

from occstudio.errors import OccStudioError
from occstudio.studio import edits
from occstudio.studio.document import Document
from occstudio.studio.saved_view import SavedView
from occstudio.studio.session_content import content_of, parts_of

SIDE = SavedView(3, "side", (0.1, 0.2, 0.3), 2.5, 90.0, -10.0, True)


def test_a_saved_view_takes_the_place_of_the_one_with_its_number() -> None:
    document = Document()
    for view in (SIDE, SavedView(1), replace(SIDE, name="other")):
        document = edits.save_view(view).change(document)
    assert document.views == (SavedView(1), replace(SIDE, name="other"))
    assert document.view(3) == replace(SIDE, name="other")
    assert document.view(2) is None


def test_a_saved_view_is_renamed_and_forgotten() -> None:
    document = edits.save_view(SIDE).change(Document())
    assert edits.rename_view(3, " left arm ").change(document).view(3) == replace(
        SIDE, name="left arm"
    )
    assert edits.rename_view(3, "side").change(document) is document
    assert edits.rename_view(7, "nobody").change(document) is document
    assert edits.remove_view(3).change(document) == Document()


@pytest.mark.parametrize(
    "wrong", [{"slot": 0}, {"slot": 10}, {"distance": 0.0}, {"azimuth": float("nan")}]
)
def test_a_view_that_no_key_or_camera_could_have_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(OccStudioError, match="saved view"):
        replace(SIDE, **wrong)  # type: ignore[arg-type]


def test_views_are_in_the_session_file_and_damaged_ones_leave_the_rest() -> None:
    parts = parts_of(edits.save_view(SIDE).change(Document()))

    def never(path: object) -> object:
        raise AssertionError(path)

    assert content_of(parts, never).document.views == (SIDE,)  # type: ignore[arg-type]
    parts.document["views"][0]["distance"] = -1  # type: ignore[index]
    assert content_of(parts, never).document.views == ()  # type: ignore[arg-type]
