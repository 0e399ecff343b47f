"""The life of a policy's versions: draft, verified, shadow, canary, active, retired. Pure."""
