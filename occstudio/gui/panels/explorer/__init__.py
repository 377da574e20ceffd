"""The explorer: wandering in a model's space of shapes."""
