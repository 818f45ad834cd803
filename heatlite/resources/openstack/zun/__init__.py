"""Types of Zun, the service for containers."""
