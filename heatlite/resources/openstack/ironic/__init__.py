"""Types of Ironic, the service for bare metal."""
