"""Chapter 2, activations: its exercises, and whatever is its alone."""
