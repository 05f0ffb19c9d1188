"""The half that predicts: NumPy only, what the editor uses."""
