"""Runs side by side: what became of each finding, what is waived until when, and the way it goes."""
