"""A resource type of heatlite: a file on disk."""
