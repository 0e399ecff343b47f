"""The compiler: a syntax tree to one Python function, built from nodes of the `ast` module of Python."""
