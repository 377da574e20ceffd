"""The session file is whole or not there, and what is left of a damaged one is found."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from occstudio.errors import UnreadableFileError, UnwritableFileError
from occstudio.exchange.session_file import (
    SessionParts,
    read_description,
    read_session,
    read_thumbnail,
    write_session,
)

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(200))


def parts() -> SessionParts:
    rng = np.random.default_rng(0)
    inputs = {
        str(k): {"points": rng.normal(size=(500, 3)), "colors": np.full((500, 3), k, np.uint8)}
        for k in range(4)
    }
    latents = {"7": {"c": rng.normal(size=64).astype(np.float32)}}
    return SessionParts({"schema": 1, "name": "chäir"}, inputs, latents, PICTURE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_session(tmp_path / "a.occ", parts())
    return tmp_path / "a.occ"


def assert_same_inputs(found: SessionParts, keys: str) -> None:
    wanted = parts().inputs
    assert sorted(found.inputs) == list(keys)
    for key in keys:
        for name, array in wanted[key].items():
            np.testing.assert_array_equal(found.inputs[key][name], array)
            assert found.inputs[key][name].dtype == array.dtype


def test_what_is_written_is_read(path: Path) -> None:
    found = read_session(path)
    assert found.document == parts().document
    assert_same_inputs(found, "0123")
    np.testing.assert_array_equal(found.latents["7"]["c"], parts().latents["7"]["c"])
    assert found.thumbnail == PICTURE == read_thumbnail(path)
    assert read_description(path) == parts().document
    assert not found.is_damaged


def test_the_same_session_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    write_session(tmp_path / "b.occ", parts())
    assert (tmp_path / "b.occ").read_bytes() == path.read_bytes()


def test_a_cut_off_file_gives_what_came_before_the_cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"inputs/2")])
    found = read_session(path)
    assert found.is_damaged
    assert found.document == parts().document
    assert_same_inputs(found, "01")
    assert read_description(path) == parts().document


def test_a_flipped_byte_loses_one_entry_only(path: Path) -> None:
    data = bytearray(path.read_bytes())
    place = data.index(parts().inputs["1"]["points"].tobytes()[:64]) + 1000
    data[place] ^= 255
    path.write_bytes(data)
    found = read_session(path)
    assert found.is_damaged
    assert_same_inputs(found, "023")


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"hello", b"PK\x03\x04" * 500, bytes(100_000), b"PK\x05\x06" + bytes(18)],
)
def test_what_is_no_session_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "no.occ"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match="not an OccStudio session"):
        read_session(path)


@pytest.mark.parametrize("document", [b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_description_that_is_none_is_refused(tmp_path: Path, document: bytes) -> None:
    with zipfile.ZipFile(tmp_path / "a.occ", "w") as archive:
        archive.writestr("document.json", document)
    with pytest.raises(UnreadableFileError, match="description is damaged"):
        read_session(tmp_path / "a.occ")


def test_a_compressed_bomb_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.occ", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("document.json", json.dumps({"schema": 1}), zipfile.ZIP_STORED)
        archive.writestr("inputs/0.safetensors", bytes(50_000_000))
    found = read_session(tmp_path / "a.occ")
    assert not found.inputs
    assert found.is_damaged


def test_any_mutation_is_read_or_refused_in_a_sentence(path: Path) -> None:
    rng = np.random.default_rng(1)
    data = np.frombuffer(path.read_bytes(), np.uint8)
    for _ in range(300):
        changed = data.copy()
        for _ in range(int(rng.integers(1, 20))):
            changed[rng.integers(len(changed))] = rng.integers(256)
        if rng.random() < 0.3:
            changed = changed[: rng.integers(len(changed))]
        path.write_bytes(changed.tobytes())
        try:
            found = read_session(path)
        except UnreadableFileError:
            continue
        for key, arrays in found.inputs.items():
            if key in parts().inputs and not found.is_damaged:
                np.testing.assert_array_equal(arrays["points"], parts().inputs[key]["points"])


def test_a_folder_or_nothing_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.occ"):
        with pytest.raises(UnreadableFileError):
            read_session(path)


def test_what_was_there_stays_when_writing_fails(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    broken = SessionParts({"schema": object()})
    with pytest.raises(TypeError):
        write_session(path, broken)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["a.occ"]
    with pytest.raises(UnwritableFileError):
        write_session(tmp_path / "nowhere" / "a.occ", parts())
