"""Photos come upright, in 8 bits, and damage is one sentence."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from occstudio.errors import MissingExtraError, UnreadableFileError
from occstudio.exchange.image_reader import MOST_KEPT, read_image

_PICTURE = np.random.default_rng(0).integers(0, 256, (6, 9, 3)).astype(np.uint8)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif"])
def test_pixels_come_back_as_they_were(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"chair{suffix}"
    Pillow.fromarray(_PICTURE).save(path)
    image = read_image(path)
    assert np.array_equal(image.pixels, _PICTURE)
    assert image.name == "chair"


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_lossy_photos_are_read(tmp_path: Path, suffix: str) -> None:
    smooth = np.full((32, 40, 3), (200, 100, 50), np.uint8)
    Pillow.fromarray(smooth).save(tmp_path / f"a{suffix}")
    pixels = read_image(tmp_path / f"a{suffix}").pixels.astype(int)
    assert pixels.shape == (32, 40, 3)
    assert np.abs(pixels - smooth).max() < 8


def test_the_cameras_orientation_is_obeyed(tmp_path: Path) -> None:
    picture = Pillow.new("RGB", (40, 20), "white")
    picture.paste("black", (0, 0, 10, 20))  # the left quarter
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turn clockwise to see it upright
    picture.save(tmp_path / "a.png", exif=exif)
    pixels = read_image(tmp_path / "a.png").pixels
    assert pixels.shape == (40, 20, 3)
    assert (pixels[:10] == 0).all()
    assert (pixels[10:] == 255).all()


def test_deep_greys_palettes_and_cmyk_become_rgb(tmp_path: Path) -> None:
    deep = np.array([[0, 32768, 65535]], np.uint16)
    Pillow.fromarray(deep).save(tmp_path / "deep.png")
    assert read_image(tmp_path / "deep.png").pixels[0, :, 0].tolist() == [0, 128, 255]
    Pillow.new("P", (3, 3)).save(tmp_path / "p.png")
    Pillow.new("CMYK", (3, 3)).save(tmp_path / "c.tif")
    assert read_image(tmp_path / "p.png").pixels.shape == (3, 3, 3)
    assert read_image(tmp_path / "c.tif").pixels.shape == (3, 3, 3)


def test_opacity_is_kept_where_there_is_any(tmp_path: Path) -> None:
    cut = np.dstack([_PICTURE, np.full((6, 9), 255, np.uint8)])
    Pillow.fromarray(cut).save(tmp_path / "opaque.png")
    assert read_image(tmp_path / "opaque.png").pixels.shape[2] == 3
    cut[0, 0, 3] = 0
    Pillow.fromarray(cut).save(tmp_path / "cut.png")
    assert np.array_equal(read_image(tmp_path / "cut.png").pixels, cut)


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_a_photo_of_many_megapixels_is_made_smaller_as_it_is_read(
    tmp_path: Path, suffix: str
) -> None:
    picture = Pillow.new("RGB", (7000, 5000), "white")
    picture.paste("red", (0, 0, 3500, 5000))
    picture.save(tmp_path / f"large{suffix}")
    pixels = read_image(tmp_path / f"large{suffix}").pixels
    assert pixels.shape[0] * pixels.shape[1] <= MOST_KEPT
    assert pixels.shape[1] / pixels.shape[0] == pytest.approx(1.4, abs=0.01)
    assert np.abs(pixels[10, 10].astype(int) - (255, 0, 0)).max() < 8


def test_broken_exif_is_no_reason_to_refuse(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Pillow.new("RGB", (40, 20), "white").save(
        path, exif=b"Exif\0\0II*\0\xff\xff\xff\x7f" + b"\1" * 30
    )
    assert read_image(path).pixels.shape == (20, 40, 3)


def test_of_an_animation_the_first_frame_counts(tmp_path: Path) -> None:
    frames = [Pillow.new("RGB", (8, 8), color) for color in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert read_image(tmp_path / "a.gif").pixels[4, 4].tolist() == [255, 0, 0]


def test_heic_is_read_where_its_package_is(tmp_path: Path) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    picture = np.full((48, 64, 3), (200, 30, 40), np.uint8)
    pillow_heif.from_pillow(Pillow.fromarray(picture)).save(tmp_path / "a.heic")
    found = read_image(tmp_path / "a.heic").pixels
    assert found.shape == picture.shape
    assert np.abs(found.astype(int) - picture).max() < 12


def test_heic_without_its_package_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x1cftypheic" + b"\0" * 50)
    with pytest.raises(MissingExtraError, match="save it as JPEG"):
        read_image(tmp_path / "a.heic")


def _cut_off(path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (60, 60, 3)).astype(np.uint8)
    Pillow.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:300])


def _huge(path: Path) -> None:
    import struct
    import zlib

    head = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 99) + b"IDAT" + b"\0" * 99)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_cut_off, "damaged or cut off"),
        (_huge, "too large"),
        (lambda path: path.write_text("ply\nformat ascii 1.0\n"), "photo is wanted"),
        (lambda path: path.write_bytes(b"v/1\x01" + b"\0" * 50), "save it as PNG"),
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.mkdir(), "folder"),
    ],
)
def test_what_is_no_photo_is_one_sentence(tmp_path: Path, make: object, words: str) -> None:
    path = tmp_path / "photo.png"
    make(path)  # type: ignore[operator]
    with pytest.raises(UnreadableFileError, match=words) as refused:
        read_image(path)
    assert "\n" not in str(refused.value)
