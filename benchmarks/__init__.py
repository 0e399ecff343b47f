"""Measure dmnroute against other decision engines, on the same tables and the same contexts.

Not tests: nothing here fails because a machine is slow. What fails is a difference between two results, which are
compared before anything is timed.
"""
