"""Taking over what a Heat has made: its stacks go on here, and nothing physical is touched.

::

    db.heat.reading   rows of Heat, decrypted, as one value for each tree of stacks
      ─▶ judge        what can't be taken over, and why; the rest with its templates parsed and its plugins found
      ─▶ rows         what our rows become: pure
      ─▶ takeover     writes them, a stack in a transaction, the root last
"""
