"""The shell: the same sentence as the window, for scripts and for machines without a screen.

Each command is one file. Heavy packages are imported inside commands, so that ``occstudio
--help`` answers at once. Errors that a person may see end the program with one sentence and exit
code 1 (2 for usage); anything unforeseen goes to a log file whose path is printed.
"""

import sys
import time
import traceback
from datetime import datetime

import typer
from rich.console import Console

from occstudio import __version__, paths
from occstudio.cli import (
    codes,
    dataset,
    demo,
    doctor,
    evaluate,
    field,
    fit,
    interpolate,
    models,
    reconstruct,
    sample,
    train,
    train_photo,
)
from occstudio.errors import OccStudioError

app = typer.Typer(
    name="occstudio",
    help="From a scan to a mesh with neural occupancy fields. Without a command: the studio.",
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("reconstruct")(reconstruct.reconstruct_command)
app.command("interpolate")(interpolate.interpolate_command)
app.command("sample")(sample.sample_command)
app.command("fit")(fit.fit_command)
app.command("field")(field.field_command)
app.command("evaluate")(evaluate.evaluate_command)
app.command("train")(train.train_command)
app.command("train-photo")(train_photo.train_photo_command)
app.command("codes")(codes.codes_command)
app.command("doctor")(doctor.doctor_command)
app.command("demo")(demo.demo_command)
app.add_typer(dataset.app, name="dataset")
app.add_typer(models.app, name="models")


def main() -> None:
    """Entry point of the console script; returns by `SystemExit`."""
    try:
        code = app(standalone_mode=False)
    except OccStudioError as error:
        _complain(str(error))
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        _complain("stopped; what was finished before is kept")
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the last door: a sentence, not a traceback
        sys.exit(_unforeseen(error))
    sys.exit(code if isinstance(code, int) else 0)


@app.callback(invoke_without_command=True)
def _studio(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
    time_startup: bool = typer.Option(
        False, "--time-startup", help="Open the studio, print how long its start took, close it."
    ),
) -> None:
    if version:
        typer.echo(f"occstudio {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        from occstudio.gui.app import main as open_studio

        raise typer.Exit(open_studio([], _say_time if time_startup else None))


def _say_time(what: str, seconds: float) -> None:
    worked = time.process_time()
    typer.echo(f"{what}: {seconds:.2f} s after launch, {worked:.2f} s of processor time")


def _unforeseen(error: Exception) -> int:
    # Wrong usage: an exception of typer's own, whose class has moved between its versions.
    show, code = getattr(error, "show", None), getattr(error, "exit_code", None)
    if callable(show) and isinstance(code, int):
        show()
        return code
    log = paths.user_state() / "errors.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now().astimezone().isoformat()} {__version__}\n")
            traceback.print_exception(error, file=file)
        where = f"details are in '{log}'"
    except OSError:
        where = "details could not be written"
    _complain(f"something unforeseen went wrong ({type(error).__name__}: {error}); {where}")
    return 1


def _complain(sentence: str) -> None:
    Console(stderr=True).print(f"[bold red]error:[/] {sentence}", highlight=False, soft_wrap=True)
