"""Drawing: stacks as pictures for people. Pure: values in, text out; only the standard library, and no files.

::

    Picture ──▶ dot                            for graphviz and its friends
       └──▶ simplify ▶ layers ▶ place ▶ svg ──▶ page    a file that any browser shows
    History ──▶ bars ▶ critical path ──▶ timeline       another

A page holds all that it needs: styles, script and data. Whatever comes from a user goes through ``markup.text``.
"""
