"""What a place gets out to, and who has to change which rule where it does not."""
