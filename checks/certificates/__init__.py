"""Certificates and TLS services of the organisation, as devices and Microsoft's services see them."""
