"""Drawing of stacks as pictures. Pure: values in, text out, with the standard library only and without files.

::

    Picture ──▶ dot                            for graphviz and similar tools
       └──▶ simplify ▶ layers ▶ place ▶ svg ──▶ page    a file that any browser shows
    History ──▶ bars ▶ critical path ──▶ timeline       another such file

A page contains all that it needs: styles, script and data. Every text from a user goes through ``markup.text``.
"""
