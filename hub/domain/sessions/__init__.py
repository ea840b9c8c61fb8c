"""Joint sessions of areas and agencies: proposals, positions, agreements and commitments."""
