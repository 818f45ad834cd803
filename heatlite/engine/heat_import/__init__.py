"""Take over the stacks of an existing Heat. Heatlite continues them; no physical resource is touched.

::

    db.heat.reading   reads and decrypts Heat's rows: one value for each tree of stacks
      ─▶ judge        finds obstacles; else parses the templates and finds the plugins
      ─▶ rows         builds heatlite's rows: pure
      ─▶ rehearsal    plans the first update, on a temporary database
      ─▶ takeover     writes the rows, one transaction for each stack, the root last
"""
