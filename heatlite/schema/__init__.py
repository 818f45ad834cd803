"""Types, coercion and constraints, which parameters and properties share. Pure: this package imports no other one."""
