"""What is done to a mesh after extraction: pieces, holes, smoothing, simplification, colour.

Pure functions from mesh to mesh, in numpy and scipy, which `finishing` puts in order; `health` and
`thickness` look at what came of it.
"""
