"""Groups: the members of a group after each operation, as pure functions without plugin, clock or database.

::

    naming    removal            the names of the members
        `-> members <- batches   the definition of each, and how many change at once
              `-> template       the nested stack that contains them
    attributes                   the attributes of the group that a template may read
    capacity, cooldown           the size that a scaling policy sets, and when it may
"""
