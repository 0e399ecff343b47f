"""The way of a table into production: the gate, and what comes after it."""
