"""Nested stacks as plugins see them: what a plugin may ask the engine, and how it acts on the answers.

::

    port       look at a child, store its template, have an operation begun    (the engine answers)
    decision   (the wanted operation, the child's state) -> send, wait, complete, fail, begin again
    failure    a child's failure in its parent's words
"""
