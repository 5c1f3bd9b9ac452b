"""What `pytest --nbval book` compares: words and numbers, not pictures.

Without nbval this does nothing: the tests of nnlib need NumPy, pytest and hypothesis.
"""

import os

CELL_SECONDS = 300  # for a cell that never ends; nbval would wait for 2000


class AllBut:
    """A set of keys given by what is not in it."""

    def __init__(self, kept):
        self.kept = kept

    def __contains__(self, key):
        return key not in self.kept


def pytest_configure(config):
    if getattr(config.option, "nbval", False):
        # A progress bar prints elapsed time, which no two runs share. With the bars off, nothing
        # but warnings is left on stderr, and a chapter that warns can fail.
        os.environ.setdefault("TQDM_DISABLE", "1")
        config.option.nbval_cell_timeout = min(int(config.option.nbval_cell_timeout), CELL_SECONDS)

        from tools.warm import FORKS, for_every_kernel

        if FORKS:
            config.add_cleanup(for_every_kernel().close)


def pytest_collectstart(collector):
    """Compare the committed mime types; nbval would miss each picture and widget left out of git.

    nbval knows no option for this, but asks ``key in skip_compare`` for every key of an output.
    """
    if hasattr(collector, "skip_compare"):
        from tools.notebooks import COMPARED

        collector.skip_compare = AllBut(COMPARED)
