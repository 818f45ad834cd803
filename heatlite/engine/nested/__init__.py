"""Operations on nested stacks, as their parents ask for them: a nested stack is a stack that knows its owner.

Elsewhere::

    definitions.provider        a template's file as a plugin class: parameters are properties, outputs are attributes
    definitions.inheritance     what a nested stack gets from its parent
    definitions.nested_values   outputs and attributes, for the parent
    ports.nested_stacks         what a plugin may ask about its nested stack
    traversal.nested_family     who is told when a stack ends
    operations.expected_stacks  validation goes down into nested templates before anything is made
"""
