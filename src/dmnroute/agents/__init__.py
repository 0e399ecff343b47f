"""The typed SDK: declare functions as agents, load them, run their steps."""
