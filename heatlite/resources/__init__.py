"""Resource plugins: the contract that authors write to, the driver of its steps, and heatlite's own types.

::

    schema -> coercion -> properties      what a template may give
    instance -> tools -> base             what a plugin receives, and what its author overrides
    registry -> builtin/*                 which class serves which type name
    steps                                 one step of one resource, as a value
"""
