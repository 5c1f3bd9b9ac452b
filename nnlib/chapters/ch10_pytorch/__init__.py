"""Chapter 10, from nnlib to PyTorch: what its lessons draw, ask, check and have recorded."""
