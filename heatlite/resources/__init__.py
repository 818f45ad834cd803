"""Resource plugins: the contract an author writes to, the driver of its steps, and heatlite's own types.

::

    schema -> coercion -> properties      what a template may say
    instance -> tools -> base             what an author is given, and what he writes
    registry -> builtin/*                 which type name is which class
    steps                                 one step of one resource, as a value
"""
