"""OpenStack: the types of the cloud's own resources. Each type is a table; ``base`` is the code that all tables share.

fields        a property's place in the API: a field's name, a name that means an id, an old name
states        how an object shows that it is being created, ready or broken
marks         how an object that was created for a resource is found again after a lost answer
base          create, update, delete, check, show, find and errors, for all of them
constraints   neutron.network and similar
"""
