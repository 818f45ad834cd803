"""OS::Keystone: users, projects and what goes with them, as resources.

    entity        what all that is created, changed and deleted by keystone's API has in common
    memberships   the groups and the roles that a user or a group is given
    constraints   keystone.project and its like: names that have to be there when a template is validated

All but the two of role assignments are a table of properties and little else.
"""
