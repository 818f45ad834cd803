"""Groups: what the members of a group are to be, as pure functions. No plugin, no clock, no database.

::

    naming    removal            which names the members have
        `-> members <- batches   which definition each has, and how many change at once
              `-> template       the nested stack that holds them
    attributes                   what a template may ask of the group
    capacity, cooldown           how large a scaling policy makes it, and when it may
"""
