"""Intune and the devices that it is to manage."""
