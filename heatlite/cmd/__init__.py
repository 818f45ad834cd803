"""The processes that a user or an init system starts. Only this package reads the process's configuration.

cli      heatlite          a client of the daemons, or of an engine in its own process
engine   heatlite-engine   the daemon
manage   heatlite-manage   an operator's commands on the database
status   heatlite-status   checks before an upgrade
"""
