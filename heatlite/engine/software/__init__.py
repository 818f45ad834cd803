"""Software configs and deployments: what the engine keeps of them, for clients and for plugins."""
