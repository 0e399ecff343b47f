"""What follows, hop after hop: pure and synchronous. Engines carry out what is decided here."""
