"""Kinkeeper: the work of keeping families together, one house of rooms; start reading at docs/why/house.md."""

__version__ = "0.1.0"
