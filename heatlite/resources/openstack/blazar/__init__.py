"""Types of Blazar, the reservation service."""
