"""The fast path: a decision with all that it requires as one Python function, from plain inputs to the plain value.

It covers what most tables are made of: inputs and paths, cells of literals, literal outputs, any hit policy, required
tables and expressions. It answers only where the long way would answer the same; wherever a doubt remains (a missing
key, an odd type, a violated policy) it gives up, and the long way decides, with its notices and errors.
"""
