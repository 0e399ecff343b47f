"""The engine for one machine to many: a BPMN process on Zeebe asks the router, hop after hop, what is next."""
