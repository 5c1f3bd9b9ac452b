"""Check a folder of notebooks that students handed in, and write one table of what came of them.

    python -m nnlib.teaching.grade submitted --table marks

`handed_in` finds the notebooks and whose they are, `running` runs each in a kernel of its own
(`kernel` is the other end of that), `marks` makes a state and a diagnosis of each exercise, and
`tables` writes them. None of this is in the page of the book; it needs what runs a notebook.
"""
