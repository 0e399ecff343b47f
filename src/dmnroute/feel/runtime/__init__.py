"""What compiled expressions call: the meaning of operators beyond their fast paths."""
