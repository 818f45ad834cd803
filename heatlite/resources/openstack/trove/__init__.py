"""Types of Trove, the service for databases."""
