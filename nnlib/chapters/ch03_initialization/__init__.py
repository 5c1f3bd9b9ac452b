"""Chapter 3, initialization: its exercises, and whatever is its alone."""
