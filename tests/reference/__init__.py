"""Services by their published API references: what the types are tested with whose services don't run here."""
