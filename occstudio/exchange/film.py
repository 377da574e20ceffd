"""Moving pictures to files: GIF, WebP, a folder of PNG, and MP4 where ffmpeg is there.

Frames come one by one, as they are drawn, and are written as they come; whoever draws them may
raise `Cancelled`, and then nothing is left on the disk. MP4 is written by ffmpeg in a process of
its own, which the extra ``video`` brings.
"""

import importlib.util
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from occstudio.errors import OccStudioError, UnwritableFileError
from occstudio.exchange.atomic_file import atomic_file

Frame = Annotated[NDArray[np.uint8], "(h, w, 3 or 4)"]

FORMATS = (".gif", ".webp", ".png", ".mp4")
"""Suffixes that can be written; ``.png`` gives a folder of numbered files."""


def has_video() -> bool:
    """True if MP4 can be written here."""
    return importlib.util.find_spec("imageio_ffmpeg") is not None


def write_picture(path: Path, pixels: Frame) -> None:
    """Write one picture as PNG, JPEG or WebP, by its suffix.

    Raises
    ------
    OccStudioError
        If the suffix is of no picture.
    UnwritableFileError
        With the cause.
    """
    kinds = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise OccStudioError(
            f"'{path.suffix}' is no kind of picture that is written here: use .png, .jpg or .webp"
        )
    image = Image.fromarray(pixels)
    if kind == "JPEG":
        image = image.convert("RGB")
    with atomic_file(path) as (file, _):
        image.save(file, kind, **({"quality": 92} if kind != "PNG" else {"compress_level": 4}))


def write_film(path: Path, frames: Iterable[Frame], frames_per_second: int) -> None:
    """Write a film that runs in a loop, by its suffix.

    Parameters
    ----------
    path : Path
        With one of the suffixes in `FORMATS`.
    frames : iterable of (h, w, 3 or 4) uint8
        All of one size; asked for one at a time.
    frames_per_second : int
        1 to 60.

    Raises
    ------
    OccStudioError
        If the format is unknown, can't be written here, or there are no frames.
    UnwritableFileError
        With the cause.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise OccStudioError(
            f"'{path.suffix}' is no kind of film that is written here: use {', '.join(FORMATS)}"
        )
    if not 1 <= frames_per_second <= 60:
        raise OccStudioError(f"{frames_per_second} frames per second are out of range: use 1 to 60")
    coming = iter(frames)
    first = next(coming, None)
    if first is None:
        raise OccStudioError("a film needs at least one frame")
    if suffix == ".png":
        _write_folder(path, first, coming)
    elif suffix == ".mp4":
        _write_video(path, first, coming, frames_per_second)
    else:
        _write_animation(path, first, coming, frames_per_second)


def _write_animation(path: Path, first: Frame, rest: Iterator[Frame], rate: int) -> None:
    duration = round(1000 / rate)
    with atomic_file(path) as (file, _):
        if path.suffix.lower() == ".webp":
            Image.fromarray(first).save(
                file,
                "WEBP",
                save_all=True,
                append_images=(Image.fromarray(frame) for frame in rest),
                duration=duration,
                loop=0,
                quality=88,
                method=3,
            )
            return
        # GIF counts in hundredths of a second; browsers slow down what is below two of them.
        _indexed(first).save(
            file,
            "GIF",
            save_all=True,
            append_images=(_indexed(frame) for frame in rest),
            duration=max(round(duration / 10) * 10, 20),
            loop=0,
            disposal=2,
            optimize=False,
        )


def _indexed(frame: Frame) -> Image.Image:
    """At most 255 colours, and one that is transparent where alpha is low."""
    image = Image.fromarray(frame)
    if image.mode != "RGBA":
        return image.quantize(255, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG)
    clear = frame[..., 3] < 128
    colors = image.convert("RGB").quantize(255, Image.Quantize.MEDIANCUT)
    index = np.array(colors)
    index[clear] = 255
    made = Image.fromarray(index, "P")
    palette = colors.getpalette() or []
    made.putpalette([*palette, *[0] * (768 - len(palette))])
    made.info["transparency"] = 255
    return made


def _write_folder(path: Path, first: Frame, rest: Iterator[Frame]) -> None:
    target = path.with_suffix("")
    if target.exists():
        raise UnwritableFileError(target, "there is something of that name; choose another name")
    draft = target.with_name(f".{target.name[:80]}.{secrets.token_hex(4)}.part")
    try:
        draft.mkdir()
        for number, frame in enumerate(_both(first, rest), start=1):
            write_picture(draft / f"{target.name}-{number:04d}.png", frame)
        draft.replace(target)
    except OSError as error:
        raise UnwritableFileError(target, error.strerror or str(error)) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_video(path: Path, first: Frame, rest: Iterator[Frame], rate: int) -> None:
    if not has_video():
        raise OccStudioError("MP4 needs ffmpeg: install it with  pip install 'occstudio[video]'")
    import imageio_ffmpeg  # type: ignore[import-not-found, import-untyped]

    # H.264 halves colours: sides must be even.
    height, width = first.shape[0] // 2 * 2, first.shape[1] // 2 * 2
    with atomic_file(path) as (file, _):
        draft = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.mp4")
        try:
            writer = imageio_ffmpeg.write_frames(
                os.fspath(draft),
                (width, height),
                fps=rate,
                codec="libx264",
                pix_fmt_in="rgb24",
                pix_fmt_out="yuv420p",
                quality=8,
                macro_block_size=2,
                ffmpeg_log_level="error",
            )
            writer.send(None)
            try:
                for frame in _both(first, rest):
                    writer.send(np.ascontiguousarray(_flat(frame)[:height, :width]))
            finally:
                writer.close()
            with draft.open("rb") as made:
                shutil.copyfileobj(made, file)
        except OSError as error:
            raise UnwritableFileError(path, f"ffmpeg could not write it ({error})") from error
        finally:
            with suppress(OSError):
                draft.unlink()


def _both(first: Frame, rest: Iterator[Frame]) -> Iterator[Frame]:
    yield first
    yield from rest


def _flat(frame: Frame) -> Frame:
    """Without alpha: what is transparent is white."""
    if frame.shape[2] == 3:
        return frame
    alpha = frame[..., 3:].astype(np.float32) / 255
    return np.round(frame[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
