"""The contracts by which the pure core meets the world. Stores and policy sources implement them; engines use them."""
