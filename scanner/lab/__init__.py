"""The embedded sample organisation: real servers on loopback that `demo` and the tests scan.

Nothing in the engine knows that it is talking to the lab: it is reached through an ordinary
configuration file, certificates of its own authority and redirected connections.
"""
