"""Messages between processes, on oslo.messaging.

transport      a transport from a URL
connection     a connection to RabbitMQ: what expires on it, until when it publishes, whether it is well
broker         what is asked of RabbitMQ itself: whether it can serve, and to remove queues
messages       what goes over the wire between engines, with its version history
worker_client  casts to the workers, and to one engine
engine_client  calls to the client API, for the CLI and for API services
server         an RPC server that takes in no more than it can start
"""
