"""The embedded engine: the same router and agents in one process, durable, without a broker."""
