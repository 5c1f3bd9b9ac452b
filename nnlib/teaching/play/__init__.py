"""The playground: train a network of your own, and look into it while it learns.

settings   knobs -> the lines of Python that they stand for, and a link
engine     the code, run; the network in it, trained and measured
pictures   what is shown of it, as small arrays
missions   networks in trouble, each with its check
recorded   runs for pages that have no Python
door       how a page asks for all this
"""
