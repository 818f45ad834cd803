"""Messages between processes, on oslo.messaging.

transport      a transport from a URL
connection     a connection to RabbitMQ: queue expiry, publishing deadlines, health
broker         administration of RabbitMQ: whether it can serve heatlite, and removal of queues
messages       the messages between engines, with their version history
worker_client  casts to the workers, and to one engine
engine_client  calls to the client API, for the CLI and for API services
server         an RPC server that takes in no more messages than it can start
"""
