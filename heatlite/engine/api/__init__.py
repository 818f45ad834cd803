"""The client API: the methods that heat-api and the commands call on an engine, and the replies (topic ``engine``).

::

    service ──▶ arguments, options          turn wire data into typed values, or refuse it
       │
       ├─▶ submissions ──▶ lifecycle        begin an operation that changes a stack
       ├─▶ template_check                   check a template and store nothing
       └─▶ reading ──▶ finding, queries, paging ──▶ db
               └─▶ replies, shown, outputs  build values as heat-api expects them

``service`` is the endpoint and holds no logic. Within ``heatlite.engine`` only ``process`` and ``local_reader`` import
this package.
"""
