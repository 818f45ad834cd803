"""Nested stacks, as the engine makes them. A nested stack is a stack like any other, that knows its owner.

::

    provider      a template's file as a plugin class: parameters are properties, outputs are attributes
    inheritance   what a nested stack gets from its parent: registry, defaults, facade
    ports         what a plugin may ask of this engine (``resources.nested.port``)
    begin         an operation on a nested stack, as its parent asks for it
    values        outputs and attributes of a nested stack, for its parent
    family        who is to be told when a stack ends: its owner; and who ends with it: its children
    expected      validation goes down into nested templates before anything is made
"""
