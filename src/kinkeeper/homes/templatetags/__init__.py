"""Tags of the pages about homes."""
