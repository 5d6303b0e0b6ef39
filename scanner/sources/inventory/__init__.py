"""Imported inventories: what only tools inside the organisation's network can see."""
