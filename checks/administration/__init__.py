"""Licences, users, domains and permissions of the tenant."""
