"""The application: Qt, the studio and the window, put together.

The window is shown before torch is imported: listing and loading models happens on a worker.
Whatever escapes a slot or a thread is logged and told in the status line; it never ends the app.
"""

import gc
import logging
import logging.handlers
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from occstudio import paths
from occstudio.errors import ModelError
from occstudio.gui.bridge import Bridge
from occstudio.gui.lasting_none import make_none_last
from occstudio.gui.main_window import MainWindow
from occstudio.gui.opengl import probe_opengl
from occstudio.gui.startup import FirstPaint, import_view, seconds_since_launch
from occstudio.gui.theme import apply_font, apply_theme, chosen_theme
from occstudio.gui.translation import use_language
from occstudio.latents.code_book import CodeBook
from occstudio.latents.completed_shape import CompletedShape, Told
from occstudio.shapes.latent import Latent
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.shape_model import Observation, ShapeModel
from occstudio.shapes.watch import Watch
from occstudio.studio.library import LibraryWork
from occstudio.studio.notice import notice_of
from occstudio.studio.settings import load_settings, save_settings
from occstudio.studio.studio import Studio

SWITCH_S = 0.001
"""How long a worker may hold Python's lock while the window waits for it."""

SAMPLE_SUFFIXES = (".ply", ".jpg")
"""Bundled files with these suffixes, scans and photos, are offered by the empty window."""

REPEAT_S = 2.0
"""The same unexpected error is told again only after this long."""

_log = logging.getLogger(__name__)


def main(
    arguments: Sequence[str] | None = None, on_time: Callable[[str, float], None] | None = None
) -> int:
    """Run the app until its window is closed.

    Parameters
    ----------
    arguments : sequence of str, optional
        Files to open; by default those of the command line.
    on_time : callable, optional
        Is told how many seconds after the launch the window was painted, the 3-D view was there and
        the model was ready; then the window is closed.

    Returns
    -------
    int
        The exit code.
    """
    files = [Path(name) for name in (sys.argv[1:] if arguments is None else arguments)]
    _log_to_file()
    app = make_application()
    bridge = Bridge(app)
    studio = Studio(
        load_model_of_library,
        list_models_of_library,
        post=bridge.post,
        settings=load_settings(),
        library=work_on_library(),
        read_book=book_of_library,
        complete=complete_with_library,
    )
    use_language(studio.settings.language)
    apply_theme(app, chosen_theme(studio.settings.theme))
    window = MainWindow(studio, probe_opengl(), bundled_samples(), builds_view=False)
    window.saving.asks = True
    catch_everything(studio, bridge)

    def tell(what: str) -> None:
        if on_time is not None:
            on_time(what, seconds_since_launch())

    def painted() -> None:
        tell("first paint")
        import_view(build, bridge.post)

    def build() -> None:
        window.build_view()
        tell("3-D view")
        # Only now: torch takes seconds to import.
        studio.refresh_models(warm_up=True)
        studio.session.find_recoverable()
        studio.open_files(files)

    def ready(_: tuple[ModelCard, ...]) -> None:
        tell("model ready")
        window.close()

    if on_time is not None:
        studio.models_listed.subscribe(ready)
    FirstPaint(window, painted)
    window.show()
    code = app.exec()
    save_settings(studio.settings)
    return code


def make_application() -> QApplication:
    """The one `QApplication`, named and with sharp pictures on fine screens."""
    make_none_last()
    sys.setswitchinterval(SWITCH_S)
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    app = QApplication(sys.argv[:1])
    app.setApplicationName("occstudio")
    app.setApplicationDisplayName("OccStudio")
    app.setDesktopFileName("occstudio")
    apply_font(app)
    picture = paths.resources() / "icons" / "occstudio.svg"
    app.setWindowIcon(QIcon(str(picture)))
    return app


def bundled_samples() -> tuple[Path, ...]:
    """The sample inputs that ship: the chair, which shows best, other scans, a photo."""
    folder = paths.samples()
    if not folder.is_dir():
        return ()
    found = [path for path in folder.iterdir() if path.suffix in SAMPLE_SUFFIXES]
    order = SAMPLE_SUFFIXES.index
    return tuple(sorted(found, key=lambda path: (path.stem != "chair", order(path.suffix), path)))


def catch_everything(studio: Studio, bridge: Bridge) -> None:
    """Tell exceptions that nobody caught in the status line instead of ending the app."""
    last: dict[str, float] = {}

    def tell(error: BaseException) -> None:
        # What fails in each frame, or in telling of it, is told once a while.
        what, now = f"{type(error)} {error}", time.monotonic()
        if now - last.get(what, -REPEAT_S) < REPEAT_S:
            return
        last.clear()
        last[what] = now
        notice = notice_of(error)
        bridge.post(lambda: studio.noticed.emit(notice))

    def in_slot(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        tell(error.with_traceback(trace))

    def in_thread(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            tell(arguments.exc_value)

    sys.excepthook = in_slot
    threading.excepthook = in_thread


def load_model_of_library(name: str, device: str) -> ShapeModel:
    """A model by name on a device; imports torch, so on a worker only."""
    from occstudio.inference.device import leave_a_core
    from occstudio.inference.library import load_model

    leave_a_core()
    model = load_model(name, device)
    # 400,000 objects of modules, which never go. Looking through them for garbage takes 0.2 s, in
    # which no thread gets Python's lock: a frame now and then would be lost to it.
    gc.freeze()
    return model


def list_models_of_library() -> Sequence[ModelCard]:
    """Cards of all models; imports torch, so on a worker only."""
    from occstudio.inference.library import list_models

    return list_models()


def book_of_library(name: str) -> CodeBook | None:
    """The named codes of a model of the library; None if it has none."""
    from occstudio.inference.library import code_book

    return code_book(name)


def complete_with_library(
    model: ShapeModel,
    observation: Observation,
    book: CodeBook,
    is_part: bool,
    watch: Watch,
    told: Told,
) -> Sequence[CompletedShape]:
    """Whole shapes that agree with a part; imports torch, so on a worker only."""
    from occstudio.inference.completion import complete_shape
    from occstudio.inference.predictor import NeuralModel
    from occstudio.latents.completion import CompletionSettings

    if not isinstance(model, NeuralModel):
        raise ModelError(f"'{model.card.name}' can't be fitted: choose a model with a network")
    settings = CompletionSettings(is_part=is_part)
    return complete_shape(observation, model, book=book, settings=settings, watch=watch, told=told)


def work_on_library() -> LibraryWork:
    """How models are added and changed; each function imports torch, so on a worker only."""

    def add(path: Path, watch: Watch) -> ModelCard:
        from occstudio.inference.library import add_model

        return add_model(path, watch=watch)

    def change(name: str, settings: Mapping[str, Any]) -> ModelCard:
        from occstudio.inference.library import change_hyperparameters

        return change_hyperparameters(name, settings)

    def remove(name: str) -> None:
        from occstudio.inference.library import remove_model

        remove_model(name)

    def codes(name: str) -> Mapping[str, Latent]:
        from occstudio.inference.library import codes_of

        return codes_of(name)

    def devices() -> Mapping[str, str]:
        from occstudio.inference.device import known_devices

        return known_devices()

    return LibraryWork(add, change, remove, codes, devices)


def _log_to_file() -> None:
    folder = paths.user_state() / "logs"
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handlers.append(
            logging.handlers.RotatingFileHandler(
                folder / "occstudio.log", maxBytes=500_000, backupCount=3, encoding="utf-8"
            )
        )
    except OSError as error:
        _log.warning("no log is written to '%s': %s", folder, error)
    logging.basicConfig(
        level=logging.WARNING,
        format="%(asctime)s %(name)s %(levelname)s: %(message)s",
        handlers=handlers,
    )
