"""Blends, samples and steered shapes become shapes of the document, and survive what happens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from occstudio.errors import UnknownNameError
from occstudio.latents.code_book import CODE
from occstudio.shapes.imagined import Imagined
from occstudio.shapes.latent import Latent
from occstudio.studio import edits
from occstudio.studio.blend import BlendKey, Gallery
from occstudio.studio.exploration import Exploration
from occstudio.studio.notice import Notice
from occstudio.studio.session_content import content_of, parts_of
from occstudio.studio.studio import Studio
from tests.ellipsoid_space import NAME, EllipsoidSpace, ellipsoid_book


@pytest.fixture
def notices() -> list[Notice]:
    return []


@pytest.fixture
def studio(notices: list[Notice]) -> Studio:
    made = Studio(
        lambda name, device: EllipsoidSpace(),
        lambda: [EllipsoidSpace.card],
        read_book=ellipsoid_book,
    )
    made.noticed.subscribe(notices.append)
    made.refresh_models()
    return made


@pytest.fixture
def exploration(studio: Studio) -> Exploration:
    return studio.exploration


def _keys(exploration: Exploration) -> list[BlendKey]:
    return [exploration.named("flat-00"), exploration.named("tall-20")]


def test_the_space_of_the_library_is_found(exploration: Exploration) -> None:
    assert exploration.space is not None
    assert exploration.space.model == NAME
    assert exploration.space.directions[0].attribute == "height"


def test_a_blend_is_a_shape_that_lies_between(studio: Studio, exploration: Exploration) -> None:
    a, b = _keys(exploration)
    exploration.blend([a, b])
    item = studio.document.items[-1]
    assert item.name == f"{a.name} → {b.name}"
    assert isinstance(item.source.observation, Imagined)
    assert item.latent is not None
    between = (a.latent.arrays[CODE] + b.latent.arrays[CODE]) / 2
    np.testing.assert_allclose(item.latent.arrays[CODE], between, atol=1e-6)
    assert item.in_one_piece
    studio.apply(edits.set_threshold((item.id,), 0.5))
    radii = np.ptp(studio.results[item.id].mesh.vertices, axis=0) / 2
    np.testing.assert_allclose(radii, np.exp(between), rtol=0.02)


def test_sliding_is_one_step_of_undo(studio: Studio, exploration: Exploration) -> None:
    exploration.blend(_keys(exploration))
    before = studio.document
    item = before.items[-1]
    for fraction in (0.6, 0.7, 0.9):
        exploration.slide(item.id, fraction, "drag")
    studio.end_gesture()
    moved = studio.document.items[-1]
    assert moved.blend is not None
    assert moved.blend.fraction == 0.9
    assert studio.undo_label == "Slide between shapes"
    studio.undo()
    assert studio.document == before


def test_at_its_ends_a_blend_is_its_keys(studio: Studio, exploration: Exploration) -> None:
    keys = _keys(exploration)
    exploration.blend(keys, "data", 0.0)
    item = studio.document.items[-1]
    assert item.latent is not None
    np.testing.assert_array_equal(item.latent.arrays[CODE], keys[0].latent.arrays[CODE])
    exploration.slide(item.id, 7.0)
    item = studio.document.items[-1]
    assert item.latent is not None
    np.testing.assert_array_equal(item.latent.arrays[CODE], keys[1].latent.arrays[CODE])


def test_a_blend_of_a_shape_with_itself_stands_still(
    studio: Studio, exploration: Exploration
) -> None:
    key = exploration.named("flat-00")
    exploration.blend([key, key], "spherical")
    item = studio.document.items[-1]
    assert item.latent is not None
    np.testing.assert_allclose(item.latent.arrays[CODE], key.latent.arrays[CODE], atol=1e-6)


def test_a_session_keeps_blends_and_the_gallery(studio: Studio, exploration: Exploration) -> None:
    exploration.blend(_keys(exploration), "data", 0.25)
    around = exploration.named("tall-20")
    studio.apply(edits.set_gallery(Gallery(7, 0.5, "flat", around, 0.3, (2, 5))))
    parts = parts_of(studio.document)

    def lost(path: Path) -> object:
        raise AssertionError(path)

    content = content_of(parts, lost)  # type: ignore[arg-type]
    assert content.problems == ()
    (item,) = content.document.items
    kept = studio.document.items[0]
    assert item.blend is not None
    assert kept.blend is not None
    assert (item.blend.path, item.blend.fraction) == ("data", 0.25)
    for old, new in zip(kept.blend.keys, item.blend.keys, strict=True):
        assert old.name == new.name
        np.testing.assert_array_equal(old.latent.arrays[CODE], new.latent.arrays[CODE])
    gallery = content.document.gallery
    assert replace(gallery, around=None) == Gallery(7, 0.5, "flat", None, 0.3, (2, 5))
    assert gallery.around is not None
    assert gallery.around.name == around.name


def test_a_blend_whose_model_is_gone_stays_as_it_is_and_says_so(
    studio: Studio, exploration: Exploration, notices: list[Notice]
) -> None:
    exploration.blend(_keys(exploration))
    item = studio.document.items[-1]
    studio.start(studio.document)
    exploration.space = None
    (item,) = studio.document.items
    exploration.slide(item.id, 0.9)
    assert studio.document.items == (item,)
    assert "is not in the library" in notices[-1].text


def test_steering_lets_go_of_the_path(studio: Studio, exploration: Exploration) -> None:
    exploration.blend(_keys(exploration))
    item = studio.document.items[-1]
    assert exploration.space is not None
    assert item.latent is not None
    taller = exploration.space.directions[0].moved(item.latent.arrays[CODE], 1.0)
    exploration.steer(item, Latent({CODE: taller}, NAME), "Taller", "steer")
    steered = studio.document.items[-1]
    assert steered.blend is None
    assert steered.latent is not None
    assert steered.latent.arrays[CODE][1] > item.latent.arrays[CODE][1] + 0.1


def test_samples_follow_the_gallery_and_can_be_taken(
    studio: Studio, exploration: Exploration
) -> None:
    gallery = Gallery(seed=3, kind="flat")
    first, again = exploration.samples(gallery, 4), exploration.samples(gallery, 4)
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a.arrays[CODE], b.arrays[CODE])
    exploration.take(first[2], "sample", "sample 3 of seed 3")
    exploration.take(first[2], "sample", "sample 3 of seed 3")
    assert [item.name for item in studio.document.items] == ["sample", "sample 2"]
    assert studio.undo_label == "Add sample 2"


def test_more_like_this_stays_near_it(exploration: Exploration) -> None:
    key = exploration.named("tall-20")
    near = exploration.samples(Gallery(around=key, spread=0.2), 5)
    far = exploration.samples(Gallery(around=key, spread=1.0), 5)
    center = key.latent.arrays[CODE]
    distances = [
        max(float(np.linalg.norm(one.arrays[CODE] - center)) for one in row) for row in (near, far)
    ]
    assert distances[0] == pytest.approx(0.2 * distances[1], rel=1e-3)


def test_pictures_are_drawn_once_each(exploration: Exploration) -> None:
    drawn: list[object] = []
    exploration.pictured.subscribe(drawn.append)
    key = exploration.named("flat-00")
    for _ in range(2):
        exploration.want_pictures([("flat-00", key.latent)], first=True)
    assert drawn == ["flat-00"]
    picture = exploration.picture("flat-00")
    assert picture is not None
    assert picture[..., 3].max() == 255


def test_shapes_of_the_list_are_keys_too(studio: Studio, exploration: Exploration) -> None:
    exploration.take(exploration.named("flat-00").latent, "mine", "a test")
    item = studio.document.items[-1]
    key = exploration.key_of(item)
    assert key is not None
    assert key.name == "mine"
    foreign = replace(item, latent=Latent({CODE: np.zeros(3)}, "other"))
    assert exploration.key_of(foreign) is None


@pytest.mark.parametrize(("version", "is_key"), [("v1", True), ("v0", False)])
def test_a_code_of_another_model_is_a_key_if_it_is_one_of_this_space(
    studio: Studio, exploration: Exploration, version: str, is_key: bool
) -> None:
    """As models of photos give them: their decoder is the space's."""
    eyes = replace(EllipsoidSpace.card, name="eyes", version="", space=version)
    studio.models = (*studio.models, eyes)
    exploration.take(exploration.named("flat-00").latent, "mine", "a test")
    code = np.full(3, -1, np.float32)
    item = replace(studio.document.items[-1], latent=Latent({CODE: code}, "eyes"))
    key = exploration.key_of(item)
    assert (key is not None) == is_key
    if key is not None:
        assert key.latent.model == NAME
        np.testing.assert_array_equal(key.latent.arrays[CODE], code)


def test_an_unknown_name_is_answered_with_the_nearest(exploration: Exploration) -> None:
    with pytest.raises(UnknownNameError, match="did you mean flat-"):
        exploration.named("flat-0")


def test_without_a_book_there_is_no_space(notices: list[Notice]) -> None:
    studio = Studio(lambda name, device: EllipsoidSpace(), lambda: [EllipsoidSpace.card])
    studio.refresh_models()
    assert studio.exploration.space is None
    assert studio.exploration.samples(Gallery(), 3) == []


def test_a_scan_goes_to_a_model_that_follows_it_before_a_space_of_shapes() -> None:
    from occstudio.shapes.model_card import ModelCard
    from occstudio.shapes.point_cloud import PointCloud
    from occstudio.shapes.shape_model import fitting_model
    from occstudio.studio.library import preferred_model

    space, scans = EllipsoidSpace.card, ModelCard("scan-any", "conv_onet")
    scan = PointCloud.of(np.random.default_rng(0).normal(size=(60, 3)))
    assert fitting_model([space, scans], scan) is scans
    assert fitting_model([space, scans], scan, NAME) is space
    assert preferred_model([space, scans], "") == "scan-any"
