"""From a checkpoint to a `ShapeModel`: torch begins in `networks` and stops here."""
