"""The source of reachability: what this place gets out to, by name, TCP, TLS, HTTP and UDP."""
