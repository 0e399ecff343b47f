"""The store in SQL. Statements are plain functions over a connection; a database runs them where its driver wants."""
