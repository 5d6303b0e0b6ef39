"""Fixes for an administrator to look through: files, never a change to a directory."""
