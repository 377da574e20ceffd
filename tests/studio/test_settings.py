"""Settings survive what happens to files."""

import json
from pathlib import Path

import pytest

from occstudio.studio.settings import Settings, load_settings, save_settings, settings_path


def test_what_is_saved_is_loaded() -> None:
    wanted = Settings(theme="light", model="scan-any", shows_points=False)
    save_settings(wanted)
    assert load_settings() == wanted
    assert not settings_path().with_suffix(".tmp").exists()


def test_no_file_means_defaults() -> None:
    assert load_settings() == Settings()


@pytest.mark.expects_log("settings could not be read")
@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe\x00", b""])
def test_a_damaged_file_is_put_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    assert load_settings(path) == Settings()
    assert path.with_suffix(".json.bad").read_bytes() == content
    assert not path.exists()


def test_unknown_and_mistyped_entries_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(
        json.dumps({"schema": 99, "theme": 5, "device": "cpu", "future": True}), encoding="utf-8"
    )
    assert load_settings(path) == Settings(device="cpu")


@pytest.mark.expects_log("settings could not be written")
def test_an_unwritable_place_is_logged_and_not_raised(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    save_settings(Settings(), tmp_path / "file" / "settings.json")
