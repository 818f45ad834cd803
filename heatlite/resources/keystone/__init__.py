"""OS::Keystone: users, projects and related objects, as resources.

    entity        the base of all objects that keystone's API creates, changes and deletes
    memberships   the groups and the roles of a user or a group
    constraints   keystone.project and similar: names that must exist when a template is validated

All types but the two role assignments are little more than a table of properties.
"""
