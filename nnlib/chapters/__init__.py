"""What belongs to one chapter lies in one room, named after the chapter's notebooks.

A room `chNN_name` holds the modules that the chapter needs: `exercises` (what `check` answers),
`questions` (what `ask` asks) and `drawings` (what `explore` draws). The rooms are installed with
the package, so that a lesson works where only the package is.
"""
