"""The processes: what a person or an init system starts, and the only place that reads the process's configuration.

cli      heatlite          a client of the daemons, or of an engine inside its own process
engine   heatlite-engine   the daemon
manage   heatlite-manage   what an operator does to the database
status   heatlite-status   whether an upgrade may begin
"""
