"""The layer of lesson 2: two inputs, three units, up to four samples, small whole numbers.

The first three samples are those of the book's running example. What the loss sends back, dZ, is
chosen so that an index taken wrongly gives another number.
"""

import numpy as np

X = np.array([[1, 2], [-1, 1], [2, 0], [3, -1]])  # (n, d) = (4, 2)
W = np.array([[2, -1, 4], [3, 0, -2]])  # (d, k) = (2, 3)
b = np.array([[1, 3, -1]])  # (1, 3)
dZ = np.array([[1, -2, 3], [2, 1, -2], [-1, 0, 2], [0, 4, 1]])  # (4, 3)
