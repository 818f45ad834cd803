"""What happens to a resource, decided from its definition, its row and its target."""
