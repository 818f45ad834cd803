"""Nova: servers, and the types that belong to them."""
