"""Types of Octavia, the service of load balancers."""
