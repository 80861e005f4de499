"""Tags of the pages about where children live."""
