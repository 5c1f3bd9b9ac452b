"""Chapter 7, mini-batch training: its exercises, and whatever is its alone."""
