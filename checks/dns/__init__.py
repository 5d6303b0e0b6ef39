"""Is the organisation's DNS ready: the records of the services, mail policies, zones, resolvers."""
