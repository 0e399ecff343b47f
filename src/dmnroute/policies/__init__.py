"""Where versions of decision tables come from."""
