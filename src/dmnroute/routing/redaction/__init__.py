"""Recorded runs without what they said about people and business: the ways stay, the values go."""
