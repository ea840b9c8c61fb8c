"""Use cases of the registry: agencies, clients, issuers, agreements, and who changed them."""
