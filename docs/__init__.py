"""Programs that make what the repository ships beside its code: checkpoints, cards, pictures."""
