"""Pictures of the view in any size, with or without its background.

The scene is drawn by the view's own OpenGL into a buffer of the wanted size and read back, so a
picture four times as large is as sharp as that, and not one that was blown up. Widths of lines
and points grow along.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray

from occstudio.errors import OccStudioError
from occstudio.gui.view.orbit_camera import OrbitCamera
from occstudio.gui.view.viewport import Viewport

LARGEST = 16384
"""Pixels along a side that OpenGL draws at most."""

Pixels = NDArray[np.uint8]


def capture(
    view: Viewport,
    size: tuple[int, int],
    *,
    camera: OrbitCamera | None = None,
    transparent: bool = False,
    with_overlays: bool = False,
) -> Pixels:
    """A picture of what the view shows.

    Parameters
    ----------
    view : Viewport
        On the window's thread.
    size : (int, int)
        Width and height of the picture, in pixels.
    camera : OrbitCamera, optional
        To look from elsewhere; the view stays as it is.
    transparent : bool
        Whether the background and the floor are left away.
    with_overlays : bool
        Whether legends, names and the scale bar are drawn in.

    Returns
    -------
    (h, w, 4) uint8
        RGBA, upper row first; alpha is not multiplied in.

    Raises
    ------
    OccStudioError
        If the size is out of range.
    """
    width, height = size
    if not (1 <= width <= LARGEST and 1 <= height <= LARGEST):
        raise OccStudioError(
            f"a picture of {width} × {height} pixels is out of range: choose 1 to {LARGEST}"
        )
    grown = height / max(view.height(), 1)
    window: Any = view.ren_win  # its types know no arrays
    before = window.GetSize()
    orbit = view.orbit
    with view.scene.in_full(), _grown(view, grown), _background(view, transparent):
        try:
            view.make_current()
            view.smooth_edges(True)
            window.SetSize(width, height)
            if camera is not None:
                view.turn(camera)
            window.Render()
            buffer = vtkUnsignedCharArray()
            window.GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, buffer)
        finally:
            window.SetSize(*before)
            if camera is not None:
                view.turn(orbit)
    pixels = vtk_to_numpy(buffer).reshape(height, width, 4)[::-1].copy()
    if not transparent:
        pixels[..., 3] = 255
    if with_overlays:
        _draw_overlays(view, pixels, grown)
    view.update()
    return pixels


@contextmanager
def _grown(view: Viewport, by: float) -> Generator[None]:
    """Lines and points as much wider as the picture is larger."""
    props = [actor.prop for renderer in view.renderers for actor in renderer.actors.values()]
    kept = [(prop.GetLineWidth(), prop.GetPointSize()) for prop in props]
    for prop, (line, point) in zip(props, kept, strict=True):
        prop.SetLineWidth(line * by)
        prop.SetPointSize(point * by)
    try:
        yield
    finally:
        for prop, (line, point) in zip(props, kept, strict=True):
            prop.SetLineWidth(line)
            prop.SetPointSize(point)


@contextmanager
def _background(view: Viewport, transparent: bool) -> Generator[None]:
    if not transparent:
        yield
        return
    floor = view.scene.floor.actor
    had_floor = floor.GetVisibility()
    window: Any = view.ren_win  # its types know no arrays
    had_alpha = window.GetAlphaBitPlanes()
    window.SetAlphaBitPlanes(1)
    floor.SetVisibility(False)
    kept = [
        (r.GetGradientBackground(), r.GetBackgroundAlpha(), r.GetBackground())
        for r in view.renderers
    ]
    for renderer in view.renderers:
        renderer.SetGradientBackground(False)
        renderer.SetBackgroundAlpha(0.0)
        renderer.SetBackground(0.0, 0.0, 0.0)
    try:
        yield
    finally:
        floor.SetVisibility(had_floor)
        window.SetAlphaBitPlanes(had_alpha)
        for renderer, (gradient, alpha, color) in zip(view.renderers, kept, strict=True):
            renderer.SetGradientBackground(gradient)
            renderer.SetBackgroundAlpha(alpha)
            renderer.SetBackground(*color)


def _draw_overlays(view: Viewport, pixels: Pixels, grown: float) -> None:
    """Legends, names and the scale bar, where they are in the view."""
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    painter = QPainter(image)
    painter.scale(grown, grown)
    overlay = view.overlay
    parts: tuple[QWidget, ...] = (
        overlay.scale_bar,
        overlay.paint_legend,
        overlay.slice_legend,
        *overlay.names,
    )
    for part in parts:
        if part.isVisible():
            flags = QWidget.RenderFlag.DrawChildren
            part.render(painter, part.pos(), renderFlags=flags)
    painter.end()
