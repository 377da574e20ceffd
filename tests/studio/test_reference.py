"""Scores against another shape of the session or a file, where the truth is known."""

from pathlib import Path

import numpy as np
import pytest

from occstudio.errors import Cancelled, OccStudioError
from occstudio.exchange.mesh_writer import write_mesh
from occstudio.shapes.analytic import AnalyticModel
from occstudio.shapes.mesh import Mesh
from occstudio.studio.background import Token
from occstudio.studio.inquiries import WallQuestion
from occstudio.studio.notice import Notice
from occstudio.studio.pipeline import ShapeResult
from occstudio.studio.reference import ScoreAnswer, ScoreQuestion, score
from occstudio.studio.studio import Studio


@pytest.fixture
def studio() -> Studio:
    made = Studio(lambda name, device: AnalyticModel(), lambda: [AnalyticModel.card])
    made.refresh_models()
    return made


def opened(studio: Studio, path: Path, radius: float) -> ShapeResult:
    points = np.random.default_rng(0).normal(size=(400, 3))
    points *= radius / np.linalg.norm(points, axis=1, keepdims=True)
    points[:6] = np.concatenate([np.eye(3), -np.eye(3)]) * radius
    np.save(path, points)
    studio.open_files([path])
    return studio.results[studio.document.items[-1].id]


def asked(studio: Studio, result: ShapeResult, reference: ShapeResult | Path) -> ScoreAnswer:
    answers: list[ScoreAnswer] = []
    studio.inquiries.scores.answered.subscribe(answers.append)
    studio.inquiries.scores.ask(ScoreQuestion(1, result, reference, "truth"))
    assert len(answers) == 1
    return answers[0]


def test_a_shape_is_the_same_as_itself(studio: Studio, tmp_path: Path) -> None:
    ball = opened(studio, tmp_path / "ball.npy", 2.0)
    answer = asked(studio, ball, ball)
    assert answer.iou == 1.0
    assert answer.scores.f_score > 0.999
    assert answer.scores.normal_consistency > 0.995
    assert answer.scores.chamfer_l1 < 0.003
    assert answer.in_world


def test_a_larger_ball_around_the_same_place_scores_as_it_must(
    studio: Studio, tmp_path: Path
) -> None:
    small, large = (opened(studio, tmp_path / f"{radius}.npy", radius) for radius in (1.0, 1.25))
    answer = asked(studio, small, large)
    assert answer.in_world
    assert answer.iou == pytest.approx(0.8**3, abs=0.01)
    # In units of the reference's longest side, 2.5: the surfaces are 0.25 apart.
    assert answer.scores.chamfer_l1 == pytest.approx(0.1, rel=0.02)
    assert answer.scores.f_score == 0.0


def test_a_file_in_the_same_place_is_a_reference(studio: Studio, tmp_path: Path) -> None:
    ball = opened(studio, tmp_path / "ball.npy", 3.0)
    truth = tmp_path / "truth.ply"
    write_mesh(ball.mesh, truth, frame=ball.frame)
    answer = asked(studio, ball, truth)
    assert answer.in_world
    assert answer.iou == pytest.approx(1.0, abs=0.002)


def test_a_file_elsewhere_is_centred_and_brought_to_one_size(
    studio: Studio, tmp_path: Path
) -> None:
    ball = opened(studio, tmp_path / "ball.npy", 3.0)
    away = Mesh(np.asarray(ball.mesh.vertices, np.float64) * 0.01 + 50, ball.mesh.faces)
    write_mesh(away, tmp_path / "away.ply")
    answer = asked(studio, ball, tmp_path / "away.ply")
    assert not answer.in_world
    assert answer.iou == pytest.approx(1.0, abs=0.02)


def test_an_open_reference_has_no_iou(studio: Studio, tmp_path: Path) -> None:
    ball = opened(studio, tmp_path / "ball.npy", 3.0)
    half = Mesh(ball.mesh.vertices, ball.mesh.faces[: len(ball.mesh.faces) // 2])
    write_mesh(half, tmp_path / "half.ply", frame=ball.frame)
    answer = asked(studio, ball, tmp_path / "half.ply")
    assert answer.iou is None
    assert 0.3 < answer.scores.f_score < 1


@pytest.mark.parametrize("content", [None, b"not a mesh", b"ply\nformat ascii 1.0\n"])
def test_a_reference_that_is_no_mesh_is_one_sentence(
    studio: Studio, tmp_path: Path, content: bytes | None
) -> None:
    ball = opened(studio, tmp_path / "ball.npy", 1.0)
    path = tmp_path / "broken.ply"
    if content is not None:
        path.write_bytes(content)
    errors: list[Exception] = []
    notices: list[Notice] = []
    studio.inquiries.scores.failed.subscribe(errors.append)
    studio.noticed.subscribe(notices.append)
    studio.inquiries.scores.ask(ScoreQuestion(1, ball, path, "broken"))
    assert isinstance(errors[0], OccStudioError)
    assert "broken.ply" in notices[-1].text


def test_walls_are_told_in_the_units_of_the_world(studio: Studio, tmp_path: Path) -> None:
    ball = opened(studio, tmp_path / "ball.npy", 2.0)
    answers: list[float] = []
    studio.inquiries.walls.answered.subscribe(lambda answer: answers.append(answer.thickness))
    studio.inquiries.walls.ask(WallQuestion(1, ball))
    assert answers[0] == pytest.approx(4.0, rel=0.05)


def test_a_comparison_is_given_up_in_the_middle_of_its_search(
    studio: Studio, tmp_path: Path
) -> None:
    class Impatient(Token):
        checks = 0

        def check(self) -> None:
            self.checks += 1
            if self.checks == 6:
                raise Cancelled

    ball = opened(studio, tmp_path / "ball.npy", 1.0)
    watch = Impatient()
    with pytest.raises(Cancelled):
        score(ScoreQuestion(1, ball, ball, "itself"), watch, samples=30_000)
    assert watch.checks == 6  # two before the search, which has eight pieces one way
