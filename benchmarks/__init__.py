"""nnlib beside other ways to compute the same, and the built page beside a stock one."""
