"""A file is there whole or not at all."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from occstudio.errors import UnwritableFileError
from occstudio.exchange.atomic_file import atomic_file


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    with atomic_file(path) as (file, temporary):
        file.write(b"one")
        file.flush()
        assert not path.exists()
        assert temporary.read_bytes() == b"one"
    assert path.read_bytes() == b"one"
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRUSR


def test_a_failure_leaves_the_older_file_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def fail() -> None:
        with atomic_file(path) as (file, _):
            file.write(b"new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "target.bin").write_bytes(b"old")
    (tmp_path / "link.bin").symlink_to(tmp_path / "target.bin")
    with atomic_file(tmp_path / "link.bin") as (file, _):
        file.write(b"new")
    assert (tmp_path / "target.bin").read_bytes() == b"new"
    assert (tmp_path / "link.bin").is_symlink()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing/a.obj", "no such folder"),
        ("file.txt/a.obj", "not a folder"),
        ("folder", "folder of that name"),
        ("a\0b", "refuses"),
    ],
)
def test_a_place_that_cannot_be_written_is_named_with_a_remedy(
    tmp_path: Path, name: str, words: str
) -> None:
    (tmp_path / "file.txt").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnwritableFileError, match=words), atomic_file(tmp_path / name):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    # a limit on file size fails a write in the middle, as a full disk does
    script = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
from occstudio.errors import UnwritableFileError
from occstudio.exchange.atomic_file import atomic_file
try:
    with atomic_file(sys.argv[1]) as (file, _):
        for _ in range(100):
            file.write(b"x" * 10_000)
except UnwritableFileError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "a.bin")],
        capture_output=True, text=True, check=True, cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    assert "larger than" in run.stdout
    assert list(tmp_path.iterdir()) == []
