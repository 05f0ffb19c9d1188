"""Making a clean corpus of the texts that are on a person's machine already. Needs no torch."""
