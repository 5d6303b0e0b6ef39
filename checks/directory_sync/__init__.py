"""The directory and its synchronisation with the tenant."""
