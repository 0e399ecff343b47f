"""How runs, decisions and findings look on a terminal, and as JSON."""
