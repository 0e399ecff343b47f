"""What is kept of a run: frozen records, the same in memory, in the store and on the wire."""
