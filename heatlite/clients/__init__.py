"""Clients: the engine's way to the cloud's services, by keystoneauth and the OpenStack SDK.

    login      who logs in, and for what: a frozen value
    sessions   a login ──▶ an authenticated session; made when it is first needed, kept, renewed by itself
    identity   what the engine and its plugins ask of keystone, in a few verbs
    trusts     how a user lets the engine act for him when he is gone
    domain     the users that stacks have of their own: in servers, alarms and handles
    cloud      all of it together, as plugins see it

Nothing here knows of stacks, templates or the database.
"""
