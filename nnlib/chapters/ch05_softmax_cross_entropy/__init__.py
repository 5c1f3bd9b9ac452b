"""Chapter 5, softmax and cross-entropy: its exercises, and whatever is its alone."""
