"""Training and judging: recipes, the trainer, losses, and the evaluation on held-out shapes."""
