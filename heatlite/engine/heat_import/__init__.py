"""Taking over what a Heat has made: its stacks go on here, and nothing physical is touched.

::

    db.heat.reading   rows of Heat, decrypted, as one value for each tree of stacks
      ─▶ judge        what can't be taken over, and why; the rest with its templates parsed and its plugins found
      ─▶ rows         what our rows become: pure
      ─▶ rehearsal    what the first update would do, on a database of its own
      ─▶ takeover     writes them, a stack in a transaction, the root last
"""
