"""What lies on disk for a model."""

from occstudio import paths
from occstudio.shapes.model_card import ModelCard
from occstudio.studio.model_files import assumed_values, choices_of, files_of, size_text


def test_the_shipped_model_has_a_picture_and_cannot_be_changed() -> None:
    found = files_of("scan-any")
    assert found is not None
    assert found.thumbnail is not None
    assert found.thumbnail.read_bytes().startswith(b"\x89PNG")
    assert not found.is_own
    assert found.size > 1_000_000


def test_an_own_model_is_found_and_strangers_are_not() -> None:
    folder = paths.user_models() / "mine"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(bytes(1500))
    found = files_of("mine")
    assert found is not None
    assert (found.size, found.thumbnail, found.is_own) == (1500, None, True)
    assert files_of("nobody") is None
    assert files_of("") is None


def test_sizes_are_read_easily() -> None:
    assert size_text(3_127_986) == "3.13 MB"
    assert size_text(999) == "999 bytes"
    assert size_text(2_500_000_000) == "2.5 GB"


def test_assumed_values_are_found_by_their_dotted_names() -> None:
    card = ModelCard(
        "a", "b", hyperparameters={"x": {"y": 3}, "z": 1.5}, assumed=("x.y", "z", "x.missing")
    )
    assert assumed_values(card) == {"x.y": 3, "z": 1.5, "x.missing": None}


def test_choices_begin_with_what_is_there() -> None:
    assert choices_of("encoder_kwargs.scatter_type", "mean") == ("mean", "max")
    assert choices_of("encoder_kwargs.anything", "mean") == ()
    assert choices_of("scatter_type", 3) == ()
