"""Types of Magnum, the service for clusters of containers."""
