"""Nested stacks, as plugins see them: what they may ask of the engine, and what they do about what they see.

::

    port       look at a child, store its template, have an operation begun    (the engine answers)
    decision   (what is wanted, what the child shows) -> send, wait, complete, fail, begin again
    failure    a child's failure in its parent's words
"""
