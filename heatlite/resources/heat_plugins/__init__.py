"""Plugins written for Heat, as resource types of heatlite: their classes stay as they are.

::

    from heatlite.resources.heat_plugins import adapted

    TYPES = adapted("acme_heat.resources.widget")       # the module with resource_mapping()
    Widget = TYPES["Acme::Widget"]                      # the class for an entry point of heatlite.resources

While that module is imported, it finds modules with the names of Heat's own (``names``). Each class that it maps to a
type becomes a plugin of heatlite, which passes its steps to an object of the class (``adapter``). doc/heat-plugins.md
says what is supported.
"""

from heatlite.resources.heat_plugins.adapter import adapted

__all__ = ["adapted"]
