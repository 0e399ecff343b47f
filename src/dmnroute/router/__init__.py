"""The router: takes outcomes in, asks the tables, writes the next hop. Both engines use this one."""
