"""Settings survive what happens to files."""

import json
from pathlib import Path

import pytest

from occstudio.studio.settings import (
    RECENT_SESSIONS,
    Settings,
    load_settings,
    save_settings,
    settings_path,
    with_recent,
)


def test_what_is_saved_is_loaded() -> None:
    wanted = Settings(theme="light", shows_points=False, recent=("/a.occ", "/b.occ"))
    save_settings(wanted)
    assert load_settings() == wanted
    assert [path.name for path in settings_path().parent.iterdir()] == ["settings.json"]


def test_no_file_means_defaults() -> None:
    assert load_settings() == Settings()


@pytest.mark.expects_log("settings could not be read")
@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe\x00", b"", b"[" * 100_000])
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


def test_a_choice_that_does_not_exist_is_the_default(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"theme": "purple", "mouse": "paws", "recent": [1], "unit": "mm"}))
    assert load_settings(path) == Settings(unit="mm")


def test_settings_of_the_first_schema_export_to_the_folder_they_knew(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"schema": 1, "folder": "/scans", "theme": "dark"}))
    assert load_settings(path) == Settings(theme="dark", folder="/scans", export_folder="/scans")


def test_recent_sessions_are_named_once_the_last_one_first() -> None:
    recent: tuple[str, ...] = ()
    for name in "abcdefghijklmnoc":
        recent = with_recent(recent, Path("/scans") / f"{name}.occ")
    assert len(recent) == len(set(recent)) == RECENT_SESSIONS
    assert recent[0] == "/scans/c.occ"
    assert recent[1] == "/scans/o.occ"
