"""Clients: the engine's access to the cloud's services, through keystoneauth and the OpenStack SDK.

login      a frozen value: a user, a scope and a credential
sessions   a login ──▶ an authenticated session; made when it is first needed, kept, renewed by itself
identity   the keystone requests of the engine and its plugins
trusts     how a user lets the engine act for him when he is gone
domain     the users that belong to stacks: in servers, alarms and handles
cloud      all of it together, as plugins use it

Nothing here knows of stacks, templates or the database.
"""
