"""What is done to a mesh after extraction: stray pieces, smoothing, simplification."""
