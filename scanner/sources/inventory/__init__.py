"""Imported inventories: what only tools inside the organisation's network can see."""

from scanner.sources.inventory.source import InventorySource

__all__ = ["InventorySource"]
