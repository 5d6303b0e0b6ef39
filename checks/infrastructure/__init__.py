"""Servers, clients and what they run: is it supported, up to date, and set up for the services."""
