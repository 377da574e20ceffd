"""The nouns of OccStudio, in numpy only: frames, grids, meshes, point clouds, fields, latents."""
