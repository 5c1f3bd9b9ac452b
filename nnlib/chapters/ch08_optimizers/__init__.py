"""Chapter 8, optimizers: its exercises, and whatever is its alone."""
