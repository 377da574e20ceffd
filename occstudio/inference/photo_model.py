"""A network that sees photos as a model: it reads them, and fits shapes to them."""

from __future__ import annotations

from occstudio.inference.photo_fit import fit_photo
from occstudio.inference.photo_reader import read_photo
from occstudio.inference.predictor import NeuralModel
from occstudio.shapes.image import Image
from occstudio.shapes.latent import Latent
from occstudio.shapes.photo_reading import PhotoReading, Reported
from occstudio.shapes.shape_model import Observation
from occstudio.shapes.watch import UNWATCHED, Watch


class PhotoModel(NeuralModel):
    """A `NeuralModel` that is a `PhotoReader`."""

    def encode(self, observation: Observation, watch: Watch = UNWATCHED) -> Latent:
        """The likeliest shape of a cut-out photo, by its silhouette, too; see `read_photo`.

        Raises
        ------
        ModelError
            If it is no photo.
        """
        if not isinstance(observation, Image):
            return super().encode(observation, watch)
        watch.check()
        watch.report("encode", 0.0)
        latent = self.read_photo(observation).latent
        watch.report("encode", 1.0)
        return latent

    def read_photo(self, photo: Image) -> PhotoReading:
        """What a cut-out photo shows; see `PhotoReader`."""
        return read_photo(self, photo)

    def fit_photo(
        self,
        photo: Image,
        reading: PhotoReading | None = None,
        watch: Watch = UNWATCHED,
        told: Reported | None = None,
    ) -> PhotoReading:
        """A better reading of a cut-out photo; see `PhotoReader`."""
        return fit_photo(self, photo, reading, watch=watch, told=told)
