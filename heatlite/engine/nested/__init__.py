"""Begin the operations on nested stacks that their parents request. A nested stack is a stack with an owner.

Other modules for nested stacks::

    definitions.provider        turns a template file into a plugin class: parameters are properties, outputs attributes
    definitions.inheritance     the files and environment that a nested stack gets from its parent
    definitions.nested_values   a nested stack's outputs and attributes, for the parent
    ports.nested_stacks         the interface by which a plugin asks about its nested stack
    traversal.nested_family     notifies the owner when a nested stack ends
    operations.expected_stacks  validates nested templates before any stack exists
"""
