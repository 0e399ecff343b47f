"""The functions that every expression can call (DMN 10.3.4)."""
