"""The half that learns: torch models, corpora, the trainer. Nothing here runs in the app."""
