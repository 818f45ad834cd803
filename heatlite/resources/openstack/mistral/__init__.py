"""Types of Mistral, the workflow service."""
