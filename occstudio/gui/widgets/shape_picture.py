"""Grey pictures of shapes in the colour of the theme's clay, as pixmaps."""

import numpy as np
from PySide6.QtGui import QImage, QPixmap

from occstudio.gui.theme import Theme
from occstudio.studio.thumbnail import Picture


def tinted(picture: Picture, theme: Theme, color: str = "") -> QPixmap:
    """A picture of light and shade in a colour (``#rrggbb``, the clay's if empty).

    Pictures that have colours of their own are left as they are.
    """
    colored = picture.copy()
    if bool((picture[..., 0] == picture[..., 2]).all()):
        paint = color or theme.clay
        tint = np.array([int(paint[k : k + 2], 16) for k in (1, 3, 5)], np.float32) / 255
        # Pale clay must stand out from a dark ground and from a white one.
        lift = 1.12 if theme.is_dark else 0.82
        colored[..., :3] = np.minimum(picture[..., :3] * (lift * tint), 255).astype(np.uint8)
    height, width = colored.shape[:2]
    image = QImage(colored.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return QPixmap.fromImage(image.copy())
