"""Openstack: the types of the cloud's own resources. Each is a table; what it is a table for stands in ``base``.

fields        what a property is to the API: a field's name, a name that stands for an id, an old name
states        how an object says that it is being made, ready or broken
marks         how what was made for a resource is found again, after an answer that was lost
base          create, update, delete, check, show, find and errors, for all of them
constraints   neutron.network and its like
"""
