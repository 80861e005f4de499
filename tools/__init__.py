"""Programs for those who build Kinkeeper; none of them is needed to run it."""
