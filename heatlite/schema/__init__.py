"""What parameters and properties have in common: types, coercion and constraints. Pure; a leaf of the imports."""
