"""`dmnroute demo`: watch documents being routed by a decision table."""
