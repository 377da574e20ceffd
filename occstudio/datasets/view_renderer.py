"""Renders views of a mesh without a screen: colours, true opacity and depth in one picture.

The square that a view shows of its photo lies off the optical axis; VTK's window centre moves
the image plane there, so that nothing is rendered that is not kept, and nothing is resampled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from occstudio.datasets.textured_mesh import Material, TexturedMesh
from occstudio.datasets.view_sampling import Light
from occstudio.shapes.camera import Camera

if TYPE_CHECKING:
    from vtkmodules.vtkRenderingCore import vtkActor, vtkLight, vtkTexture

_FINE = 3  # rendered pixels along each side of a pixel: odd, so that one is at its middle


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A rendered view.

    Attributes
    ----------
    pixels : (S, S, 4) uint8
        sRGB, not multiplied by opacity; black where nothing is.
    depth : (S, S) float32
        Along the camera's forward axis at the pixel's middle, in model units; 0 for nothing.
    camera : Camera
    """

    pixels: NDArray[np.uint8]
    depth: NDArray[np.float32]
    camera: Camera


class ViewRenderer:
    """An off-screen window that shows one mesh after the other; costly to make, so keep it.

    Parameters
    ----------
    size : int
        Pixels of a view, both ways.
    """

    def __init__(self, size: int) -> None:
        # Imported for the classes that it registers.
        import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  # pyright: ignore[reportUnusedImport]
        from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow

        self.size = size
        self._renderer: Any = vtkRenderer()
        self._renderer.SetBackground(0, 0, 0)
        self._renderer.SetBackgroundAlpha(0)
        self._renderer.AutomaticLightCreationOff()
        self._window: Any = vtkRenderWindow()
        self._window.SetOffScreenRendering(1)
        self._window.SetAlphaBitPlanes(1)
        # Multisampling in software is sometimes a hundred times slower than more pixels.
        self._window.SetMultiSamples(0)
        self._window.SetSize(_FINE * size, _FINE * size)
        self._window.AddRenderer(self._renderer)
        self._extent = np.zeros((2, 3))

    def show(
        self,
        mesh: TexturedMesh,
        materials: tuple[Material, ...],
        texture_points: NDArray[np.float32],
    ) -> None:
        """Replace what is shown by a mesh in these materials."""
        self._renderer.RemoveAllViewProps()
        flat = mesh.corners.reshape(-1, 3)
        self._extent = np.stack([flat.min(axis=0), flat.max(axis=0)])
        for number, material in enumerate(materials):
            chosen = np.flatnonzero(mesh.material_of == number)
            if len(chosen):
                self._renderer.AddActor(_actor(mesh, chosen, material, texture_points))

    def render(self, camera: Camera, lights: tuple[Light, ...]) -> View:
        """Render what is shown."""
        from vtkmodules.util.numpy_support import vtk_to_numpy
        from vtkmodules.vtkCommonCore import vtkFloatArray, vtkUnsignedCharArray

        near, far = self._place(camera)
        self._renderer.RemoveAllLights()
        for light in lights:
            self._renderer.AddLight(_light(light, camera))
        self._window.Render()
        side = _FINE * self.size
        colors, depths = vtkUnsignedCharArray(), vtkFloatArray()
        self._window.GetRGBACharPixelData(0, 0, side - 1, side - 1, 0, colors)
        self._window.GetZbufferData(0, 0, side - 1, side - 1, depths)
        z = vtk_to_numpy(depths).reshape(side, side)[::-1][_FINE // 2 :: _FINE, _FINE // 2 :: _FINE]
        z = z.astype(np.float64)
        depth = np.where(z < 1, near * far / (far - z * (far - near)), 0)
        blocks = vtk_to_numpy(colors).reshape(side, side, 4)[::-1]
        blocks = blocks.reshape(self.size, _FINE, self.size, _FINE, 4)
        rgba = blocks.sum(axis=(1, 3), dtype=np.float32) / _FINE**2
        straight = rgba[..., :3] * (255 / np.maximum(rgba[..., 3:], 1))
        pixels = np.clip(np.rint(np.dstack([straight, rgba[..., 3:]])), 0, 255).astype(np.uint8)
        pixels[pixels[..., 3] == 0] = 0
        return View(pixels, depth.astype(np.float32), camera)

    def close(self) -> None:
        """Give the window's memory back."""
        self._window.Finalize()

    def _place(self, camera: Camera) -> tuple[float, float]:
        seen: Any = self._renderer.GetActiveCamera()
        _, down, forward = camera.rotation
        eye = camera.position
        seen.SetPosition(*eye)
        seen.SetFocalPoint(*(eye + forward))
        seen.SetViewUp(*(-down))
        half = self.size / 2 / camera.focal
        seen.SetViewAngle(2 * np.degrees(np.arctan(half)))
        x, y = (self.size / 2 - camera.centre) / camera.focal / half
        seen.SetWindowCenter(x, -y)
        corners = np.array(np.meshgrid(*self._extent.T)).reshape(3, -1).T
        depth = camera.project(corners)[1]
        near, far = max(0.9 * float(depth.min()), 0.02), 1.1 * float(depth.max())
        seen.SetClippingRange(near, far)
        return near, far


def _actor(
    mesh: TexturedMesh,
    faces: NDArray[np.int64],
    material: Material,
    texture_points: NDArray[np.float32],
) -> vtkActor:
    from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
    from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

    points: Any = vtkPoints()
    points.SetData(numpy_to_vtk(mesh.corners[faces].reshape(-1, 3), deep=1))
    cells: Any = vtkCellArray()
    index = np.arange(3 * len(faces), dtype=np.int64)
    offsets = np.arange(0, 3 * len(faces) + 1, 3, dtype=np.int64)
    cells.SetData(numpy_to_vtkIdTypeArray(offsets, deep=1), numpy_to_vtkIdTypeArray(index, deep=1))
    data: Any = vtkPolyData()
    data.SetPoints(points)
    data.SetPolys(cells)
    data.GetPointData().SetNormals(numpy_to_vtk(mesh.normals[faces].reshape(-1, 3), deep=1))
    mapper: Any = vtkPolyDataMapper()
    mapper.SetInputData(data)
    actor: Any = vtkActor()
    actor.SetMapper(mapper)
    surface = actor.GetProperty()
    surface.SetColor(*material.color)
    surface.SetAmbient(0.35)
    surface.SetDiffuse(0.75)
    surface.SetSpecular(0.6 * material.shine)
    surface.SetSpecularPower(5 + 60 * material.shine)
    surface.SetInterpolationToPhong()
    if material.texture is not None:
        uv = texture_points[faces].reshape(-1, 2)
        data.GetPointData().SetTCoords(numpy_to_vtk(np.ascontiguousarray(uv), deep=1))
        actor.SetTexture(_texture(material.texture))
    return actor


def _texture(pixels: NDArray[np.uint8]) -> vtkTexture:
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkRenderingCore import vtkTexture

    image: Any = vtkImageData()
    image.SetDimensions(pixels.shape[1], pixels.shape[0], 1)
    upward = np.ascontiguousarray(pixels[::-1]).reshape(-1, 3)
    image.GetPointData().SetScalars(numpy_to_vtk(upward, deep=1))
    texture: Any = vtkTexture()
    texture.SetInputData(image)
    texture.InterpolateOn()
    texture.MipmapOn()
    texture.RepeatOn()
    return texture


def _light(light: Light, camera: Camera) -> vtkLight:
    from vtkmodules.vtkRenderingCore import vtkLight

    placed: Any = vtkLight()
    placed.SetLightTypeToSceneLight()
    placed.SetPositional(0)
    direction = camera.rotation.T @ np.array(light.direction)
    placed.SetPosition(*direction)
    placed.SetFocalPoint(0, 0, 0)
    placed.SetColor(*light.color)
    return placed
