"""Chapter 1, structure and terminology: its exercises, and whatever is its alone."""
