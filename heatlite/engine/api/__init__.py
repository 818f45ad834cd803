"""The client API: what a heat-api or a command asks of an engine, and how the answers look (topic ``engine``).

::

    service ──▶ arguments, options          what came over the wire, made into values or refused
       │
       ├─▶ submissions ──▶ lifecycle        an operation that changes a stack
       ├─▶ template_check                   a template looked at, nothing stored
       └─▶ reading ──▶ finding, queries, paging ──▶ db
               └─▶ replies, shown, outputs  values as heat-api expects them

``service`` is the endpoint and holds no logic. Nothing in ``heatlite.engine`` but ``process`` knows of this package.
"""
