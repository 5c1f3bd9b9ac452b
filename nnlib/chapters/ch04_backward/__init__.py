"""Chapter 4, the fully-connected layer backward: its exercises, and whatever is its alone."""
