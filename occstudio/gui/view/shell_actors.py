"""The shell between two thresholds: a translucent outer skin and, inside it, what is sure."""

import numpy as np
import pyvista as pv

from occstudio.gui.view.color_map import DOUBT
from occstudio.gui.view.placement import Matrix
from occstudio.gui.view.standing import poly_data
from occstudio.shapes.mesh import Mesh

OUTER_OPACITY = 0.28


class ShellActors:
    """The two skins.

    Parameters
    ----------
    renderer : pyvista.Renderer
        Where they are drawn.
    """

    def __init__(self, renderer: pv.Renderer) -> None:
        self._data = (pv.PolyData(), pv.PolyData())
        self.outer, self.inner = (_skin(data) for data in self._data)
        self.outer.prop.color = DOUBT.css(0.72)
        self.outer.prop.opacity = OUTER_OPACITY
        self.inner.prop.color = DOUBT.css(0.02)
        for actor in self.actors:
            actor.SetVisibility(False)
            renderer.add_actor(actor, reset_camera=False, render=False)

    @property
    def actors(self) -> tuple[pv.Actor, pv.Actor]:
        """Both."""
        return (self.outer, self.inner)

    @property
    def is_shown(self) -> bool:
        """True if there is a shell to see."""
        return bool(self.outer.GetVisibility())

    def show(self, outer: Mesh, inner: Mesh, matrix: Matrix) -> None:
        """Show these two, which `matrix` (4, 4) takes to the scene."""
        for data, mesh, actor in zip(self._data, (outer, inner), self.actors, strict=True):
            data.copy_from(poly_data(mesh), deep=False)
            actor.user_matrix = np.asarray(matrix)
            actor.SetVisibility(not mesh.is_empty)

    def hide(self) -> None:
        """Show nothing."""
        for actor in self.actors:
            actor.SetVisibility(False)


def _skin(data: pv.PolyData) -> pv.Actor:
    actor = pv.Actor(mapper=pv.DataSetMapper(data))
    actor.mapper.scalar_visibility = False
    actor.prop.SetInterpolation(2)
    actor.prop.ambient, actor.prop.diffuse, actor.prop.specular = 0.3, 0.75, 0.05
    actor.SetUseBounds(False)
    return actor
