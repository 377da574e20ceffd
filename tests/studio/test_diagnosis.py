"""The doctor: quiet on good shapes, speaks on each broken one, and its clicks help.

A model that is simple but real stands for the networks: a ball about each point. Where points are
far apart its surface falls into pieces, noise makes it bumpy, and what fills the cube runs into
the walls of the box, all as with a network.
"""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import KDTree

from occstudio.shapes.analytic import AnalyticField, AnalyticModel
from occstudio.shapes.field import Field
from occstudio.shapes.frame import Frame
from occstudio.shapes.image import Image
from occstudio.shapes.input_spec import InputSpec
from occstudio.shapes.latent import Latent
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.photo_reading import PhotoReading
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.shape_model import Observation, ShapeModel
from occstudio.shapes.watch import UNWATCHED, Watch
from occstudio.studio import edits
from occstudio.studio.diagnosis import Diagnosis, diagnose
from occstudio.studio.doctor import Checkup
from occstudio.studio.document import Document, Source
from occstudio.studio.finding import Facts, Finding, Weight
from occstudio.studio.photo_cut import FOUND
from occstudio.studio.studio import Studio

RADIUS = 0.022
Cloud = NDArray[np.float64]


class Balls:
    """A model that draws a ball about each point; knows only shapes that stand upright."""

    device = "cpu"
    card = ModelCard(name="balls", family="analytic", input_spec=InputSpec(points=1000))

    def __init__(self, *, upright: bool = False) -> None:
        self._upright = upright

    def encode(self, observation: Observation, watch: Watch = UNWATCHED) -> Latent:
        """The points; those of a shape that lies on its side are misplaced."""
        watch.check()
        assert isinstance(observation, PointCloud)
        points = observation.model_points
        if self._upright and np.ptp(points[:, 1]) < np.ptp(points, axis=0).max() - 1e-3:
            points = points[:, [1, 2, 0]]
        return Latent({"points": points}, self.card.name)

    def field(self, latent: Latent, time: float = 0.0) -> Field:
        """Inside of the balls."""
        tree = KDTree(latent.arrays["points"])
        return AnalyticField(lambda asked: tree.query(asked)[0] - RADIUS)


def sphere(count: int = 8000, *, seed: int = 0) -> Cloud:
    points = np.random.default_rng(seed).normal(size=(count, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def tall(count: int = 8000) -> Cloud:
    """A standing slab: 0.4 wide, 2 high, 1 deep."""
    random = np.random.default_rng(1)
    points = random.uniform(-0.5, 0.5, (count, 3))
    face = random.integers(0, 3, count)
    points[np.arange(count), face] = np.sign(points[np.arange(count), face]) * 0.5
    return points * [0.4, 2.0, 1.0]


def opened(tmp_path: Path, points: Cloud, model: Balls | None = None) -> Studio:
    used = model or Balls()
    return opened_by(used, tmp_path, points)


def opened_by(model: ShapeModel, tmp_path: Path, points: Cloud) -> Studio:
    studio = Studio(lambda name, device: model, lambda: [model.card])
    np.save(tmp_path / "scan.npy", points)
    studio.open_files([tmp_path / "scan.npy"])
    ids = (studio.document.items[0].id,)
    studio.apply(edits.set_resolution(ids, 64))
    studio.apply(edits.set_refine(ids, False))
    studio.refresh_models()  # only now is a surface made
    return studio


def examined(studio: Studio, *, is_thorough: bool = False) -> Diagnosis:
    """What the doctor says of the only shape."""
    item = studio.document.items[0]
    result = studio.result_of(item) if studio.is_current(item) else None
    answers: list[Diagnosis] = []
    studio.inquiries.diagnosis.answered.subscribe(answers.append)
    failure = studio.failures.get(item.id)
    studio.inquiries.diagnosis.ask(
        Checkup(item, result, failure, studio.models, "cpu", is_thorough)
    )
    return answers[-1]


def finding(diagnosis: Diagnosis, code: str) -> Finding:
    return next(found for found in diagnosis.findings if found.code == code)


@pytest.mark.parametrize("points", [sphere(), tall()], ids=["sphere", "slab"])
def test_a_good_scan_worries_nobody(tmp_path: Path, points: Cloud) -> None:
    assert not examined(opened(tmp_path, points)).is_worrying


def test_stray_points_are_found_and_cropped(tmp_path: Path) -> None:
    strays = np.array([[9.0, 0, 0], [-7, 3, 0], [0, 0, 8]])
    studio = opened(tmp_path, np.concatenate([sphere(), strays]))
    found = finding(examined(studio), "stray")
    assert "times as long" in found.measured
    assert found.remedy is not None
    studio.apply(found.remedy)
    result = studio.results[studio.document.items[0].id]
    assert result.observation.summary.startswith("8,000")
    assert "stray" not in examined(studio).codes


def test_points_outside_the_box_are_found_and_fitted(tmp_path: Path) -> None:
    studio = opened(tmp_path, sphere())
    item = studio.document.items[0]
    wrong = replace(item, frame=Frame(scale=5.0))
    studio.apply(edits.Edit("Spoil", lambda old: old.with_items((wrong,))))
    found = finding(examined(studio), "outside")
    assert found.weight is Weight.WORRY
    assert found.remedy is not None
    studio.apply(found.remedy)
    assert examined(studio).codes == frozenset()


def test_few_points_are_found(tmp_path: Path) -> None:
    diagnosis = examined(opened(tmp_path, sphere(60)))
    assert {"few", "fragments"} <= diagnosis.codes


def test_noise_is_found_and_smoothing_is_offered(tmp_path: Path) -> None:
    points = sphere() + np.random.default_rng(2).normal(scale=0.08, size=(8000, 3))
    studio = opened(tmp_path, points)
    found = finding(examined(studio), "noisy")
    assert found.remedy is not None
    studio.apply(found.remedy)
    assert studio.document.items[0].finishing.smooth_iterations >= 10


def test_pieces_are_found_and_the_largest_is_kept(tmp_path: Path) -> None:
    far, farther = (0.12 * sphere(600, seed=5) + [2.0, up, 0] for up in (0.0, 0.8))
    studio = opened(tmp_path, np.concatenate([sphere(), far, farther]))
    diagnosis = examined(studio)
    found = finding(diagnosis, "fragments")
    assert found.measured.startswith("3 of them")
    assert found.remedy is not None
    studio.apply(found.remedy)
    assert "fragments" not in {f.code for f in examined(studio).findings}


def test_a_surface_that_is_cut_off_by_the_box_gets_more_room(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    studio = opened(tmp_path, random.uniform(-0.5, 0.5, (6000, 3)))
    item = studio.document.items[0]
    tight = replace(item, frame=replace(item.frame, scale=1.08 * item.frame.scale))
    studio.apply(edits.Edit("Spoil", lambda old: old.with_items((tight,))))
    found = finding(examined(studio), "touching")
    assert found.remedy is not None
    studio.apply(found.remedy)
    assert "touching" not in examined(studio).codes


def test_a_shape_on_its_side_is_turned_up(tmp_path: Path) -> None:
    studio = opened(tmp_path, tall()[:, [0, 2, 1]], Balls(upright=True))
    diagnosis = examined(studio)
    assert "missed" in diagnosis.codes
    found = finding(diagnosis, "up")
    assert "seems" in found.text  # it is no certainty, and how clear it is, is said in numbers
    better, now = (int(part) for part in re.findall(r"(\d+) %", found.measured))
    assert better > now + 15
    assert found.remedy is not None
    studio.apply(found.remedy)
    assert studio.document.items[0].frame.up in ("+z", "-z")
    assert not examined(studio).is_worrying


def test_another_axis_is_not_proposed_where_it_makes_no_difference(tmp_path: Path) -> None:
    diagnosis = examined(opened(tmp_path, tall()), is_thorough=True)
    assert "up" not in {found.code for found in diagnosis.findings}


def test_a_threshold_without_a_surface_is_exchanged_for_the_nearest_workable_one(
    tmp_path: Path,
) -> None:
    studio = opened(tmp_path, sphere())
    studio.apply(edits.set_threshold((studio.document.items[0].id,), 0.98))
    found = finding(examined(studio), "failed")
    assert found.remedy is not None
    studio.apply(found.remedy)
    assert not studio.failures
    assert studio.is_current(studio.document.items[0])


def test_thin_walls_are_hinted_at_and_a_finer_lattice_is_offered(tmp_path: Path) -> None:
    studio = opened_by(AnalyticModel(), tmp_path, sphere() * [1, 0.03, 1])
    found = finding(examined(studio), "thin")
    assert found.remedy is not None
    studio.apply(found.remedy)
    assert studio.document.items[0].resolution == 128


def test_a_model_for_another_kind_of_input_is_exchanged(tmp_path: Path) -> None:
    item = opened(tmp_path, sphere()).document.items[0]
    photos = ModelCard("photos", "onet", input_spec=InputSpec(kind="image"))
    found = finding(diagnose(Facts(item, ("points",), photos, (photos, Balls.card))), "kind")
    assert found.weight is Weight.WORRY
    assert found.remedy_label == "Use balls"
    alone = finding(diagnose(Facts(item, ("points",), photos, (photos,))), "kind")
    assert alone.remedy is None
    assert alone.advice


def test_assumed_hyper_parameters_are_told_but_do_not_worry(tmp_path: Path) -> None:
    item = opened(tmp_path, sphere()).document.items[0]
    card = replace(Balls.card, assumed=("padding", "n_blocks"))
    diagnosis = diagnose(Facts(item, ("points",), card, (card,)))
    assert finding(diagnosis, "assumed").measured == "padding, n_blocks"
    assert not diagnosis.is_worrying


def test_every_finding_has_a_remedy_or_an_advice_and_reads_as_a_sentence(tmp_path: Path) -> None:
    broken = np.concatenate([sphere(50), [[30.0, 0, 0]]])
    for found in examined(opened(tmp_path, broken), is_thorough=True).findings:
        assert found.remedy is not None or found.advice, found.code
        assert bool(found.remedy) == bool(found.remedy_label), found.code
        assert not found.text.endswith("."), found.code


def _photographed(tmp_path: Path, pixels: NDArray[np.uint8]) -> Facts:
    studio = opened(tmp_path, sphere())
    item = replace(studio.document.items[0], source=Source.of(Image(pixels)))
    return Facts(item, ("image",), ModelCard("photos", "onet", input_spec=InputSpec(kind="image")))


def test_a_grey_background_is_found_and_cut_out(tmp_path: Path) -> None:
    pixels = np.full((64, 64, 3), 120, np.uint8)
    pixels[20:40, 20:40] = 10
    facts = _photographed(tmp_path, pixels)
    found = finding(diagnose(facts), "background")
    assert found.remedy is not None
    document = found.remedy.change(Document((facts.item,)))
    assert document.items[0].input_edit.cut == FOUND
    assert not diagnose(replace(facts, item=document.items[0])).is_worrying


def test_a_busy_background_is_found_and_a_white_one_is_fine(tmp_path: Path) -> None:
    busy = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    assert finding(diagnose(_photographed(tmp_path, busy)), "background").remedy is not None
    white = np.full((64, 64, 3), 255, np.uint8)
    white[20:40, 20:40] = 10
    assert not diagnose(_photographed(tmp_path, white)).is_worrying


def test_a_photo_of_nothing_that_the_model_knows_is_worrying(tmp_path: Path) -> None:
    facts = _photographed(tmp_path, np.full((64, 64, 3), 255, np.uint8))
    code = Latent({"z": np.zeros(1, np.float32)}, "photo-box")
    for confidence, is_worrying, said in (
        (0.1, True, "nothing that this model knows"),
        (0.2, False, "may be far off"),
        (0.4, False, "or another one"),
    ):
        reading = PhotoReading((code,), (1.0,), confidence=confidence, doubts=("it is far off",))
        doubts = ("it is far off", "there seem to be 2 objects")
        diagnosis = diagnose(replace(facts, reading=reading, doubts=doubts))
        assert diagnosis.is_worrying is is_worrying
        assert said in finding(diagnosis, "photo").text
        assert finding(diagnosis, "photo").measured == f"confidence {100 * confidence:.0f} %"
        assert finding(diagnosis, "cut-out").text == doubts[1]  # what the model doubts is told once
