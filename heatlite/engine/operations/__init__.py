"""What clients ask to be done with a stack, validated and begun as a traversal."""
