"""DNS: resolvers outside and inside, authoritative servers, and what mail policies publish there."""
