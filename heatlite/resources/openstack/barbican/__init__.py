"""Types of Barbican, the service of secrets."""
