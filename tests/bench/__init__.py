"""Benches: each prints ratios against an anchor in the same run, and none of them is a test."""
