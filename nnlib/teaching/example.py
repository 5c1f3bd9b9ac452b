"""The running example of the book: a 2-3-2 network and three samples, small enough for a pencil.

Every chapter that works something out by hand does it on these numbers.
"""

import numpy as np

X = np.array([[1.0, 2.0], [-1.0, 1.0], [2.0, 0.0]])  # (n, d) = (3, 2)
y = np.array([0, 1, 1])  # (n,), the class of each sample

W1 = np.array([[1.0, -1.0, 0.5], [0.5, 1.0, -1.0]])  # (2, 3)
b1 = np.array([[0.0, 0.0, 0.5]])  # (1, 3)
W2 = np.array([[1.0, -1.0], [0.0, 1.0], [-1.0, 1.0]])  # (3, 2)
b2 = np.array([[0.0, 0.5]])  # (1, 2)
