"""The real heat-api in front of heatlite's engines: the ``openstack`` client and Heat's functional tests drive it."""
