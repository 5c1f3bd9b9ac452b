"""Chapter 9, regularization and normalization: its exercises, and whatever is its alone."""
