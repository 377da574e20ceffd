"""Films are read back: as many frames, as large, as long, and nothing left of a cancelled one."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from occstudio.errors import Cancelled, OccStudioError, UnwritableFileError
from occstudio.exchange.film import has_video, write_film, write_picture


def frames(count: int, channels: int = 3) -> Iterator[NDArray[np.uint8]]:
    """A bright bar that wanders."""
    for number in range(count):
        frame = np.zeros((36, 50, channels), np.uint8)
        frame[:, 5 * number : 5 * number + 5, :3] = (250, 180, 20)
        if channels == 4:
            frame[:, 5 * number : 5 * number + 5, 3] = 255
        yield frame


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
@pytest.mark.parametrize("channels", [3, 4])
def test_an_animation_has_its_frames_size_speed_and_transparency(
    tmp_path: Path, suffix: str, channels: int
) -> None:
    path = tmp_path / f"turn{suffix}"
    write_film(path, frames(8, channels), 10)
    with Image.open(path) as film:
        assert film.n_frames == 8  # type: ignore[attr-defined]
        assert film.size == (50, 36)
        film.seek(3)
        film.load()
        assert film.info["duration"] == 100
        shown = np.array(film.convert("RGBA"))
    assert shown[18, 17] == pytest.approx([250, 180, 20, 255], abs=12)
    assert shown[18, 45, 3] == (255 if channels == 3 else 0)


def test_png_frames_are_a_folder_of_numbered_files(tmp_path: Path) -> None:
    write_film(tmp_path / "turn.png", frames(3, 4), 25)
    names = sorted(path.name for path in (tmp_path / "turn").iterdir())
    assert names == ["turn-0001.png", "turn-0002.png", "turn-0003.png"]
    with pytest.raises(UnwritableFileError, match="of that name"):
        write_film(tmp_path / "turn.png", frames(3), 25)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(not has_video(), reason="needs the extra 'video'")
def test_a_video_is_written_by_ffmpeg_in_its_own_process(tmp_path: Path) -> None:
    import imageio_ffmpeg

    path = tmp_path / "turn.mp4"
    write_film(path, frames(10), 10)
    count, seconds = imageio_ffmpeg.count_frames_and_secs(str(path))
    assert count == 10
    assert seconds == pytest.approx(1.0, abs=0.1)
    assert [p.name for p in tmp_path.iterdir()] == ["turn.mp4"]


def test_a_video_without_ffmpeg_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("occstudio.exchange.film.has_video", lambda: False)
    with pytest.raises(OccStudioError, match=r"occstudio\[video\]"):
        write_film(tmp_path / "turn.mp4", frames(2), 10)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".mp4"])
def test_a_cancelled_film_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    if suffix == ".mp4" and not has_video():
        pytest.skip("needs the extra 'video'")

    def given_up() -> Iterator[NDArray[np.uint8]]:
        yield from frames(3)
        raise Cancelled

    with pytest.raises(Cancelled):
        write_film(tmp_path / f"turn{suffix}", given_up(), 10)
    assert not list(tmp_path.iterdir())


def test_bad_wishes_are_refused_in_words(tmp_path: Path) -> None:
    for path, rate, wrong in (
        (tmp_path / "turn.avi", 10, "no kind of film"),
        (tmp_path / "turn.gif", 0, "out of range"),
    ):
        with pytest.raises(OccStudioError, match=wrong):
            write_film(path, frames(1), rate)
    with pytest.raises(OccStudioError, match="at least one frame"):
        write_film(tmp_path / "turn.gif", [], 10)
    with pytest.raises(OccStudioError, match="no kind of picture"):
        write_picture(tmp_path / "a.tiff", next(frames(1)))
    with pytest.raises(UnwritableFileError, match="no such folder"):
        write_film(tmp_path / "nowhere" / "turn.gif", frames(2), 10)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_picture_comes_back(tmp_path: Path, suffix: str) -> None:
    pixels = next(frames(1, 4))
    write_picture(tmp_path / f"a{suffix}", pixels)
    data = (tmp_path / f"a{suffix}").read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (50, 36)
        if suffix == ".png":
            assert (np.array(image) == pixels).all()
