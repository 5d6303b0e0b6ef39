"""Many customers or sites: each collected by a process of its own, here or on a cluster."""
