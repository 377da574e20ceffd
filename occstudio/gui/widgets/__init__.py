"""Small widgets that know nothing of shapes, one per file."""
