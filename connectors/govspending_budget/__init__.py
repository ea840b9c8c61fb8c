"""Budget against disbursement per project and province (govspending `bbgfproject`)."""
