"""What is in etc/."""
