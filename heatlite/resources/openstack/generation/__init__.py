"""Generate a template and adoption data of the objects that a project has.

::

    services ──collecting──▶ Existing ──finding──▶ things ──selecting──▶ chosen ones ──describing──▶ template, data
               the only I/O             pure from here on                              by the types' own declarations

A *thing* is an object that becomes a resource, whatever it is to the services: a router's interface is a port there.
"""
