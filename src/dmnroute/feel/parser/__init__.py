"""The parser: tokens to a syntax tree."""
