"""Chapter 6, convolutional networks: its exercises, and whatever is its alone."""
