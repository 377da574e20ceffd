"""The shell, in process: arguments in, exit code and text out."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from occstudio.cli import main


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


Shell = Callable[..., Outcome]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Runs ``occstudio ARGUMENTS...``."""
    # rich folds lines at the width of the terminal, and there is none here
    monkeypatch.setenv("COLUMNS", "400")

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["occstudio", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        text = capsys.readouterr()
        code = ended.value.code
        return Outcome(code if isinstance(code, int) else int(code is not None), *text)

    return run
