"""An index over the rules of a decision table: which rules match is looked up, not tried one after the other.

A set of rules is an int with one bit per rule. Each input column knows, for every piece of its values' order (between
two bounds that its cells name) or for every value that its cells name, the set of rules that it lets through; the
rules that match are what all columns let through. Where one column tells rules apart by texts, the rules are first
parted by these, so that the sets stay small.
"""
