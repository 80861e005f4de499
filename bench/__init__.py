"""Measurements: pages, deeds and imports at several sizes on both databases. Figures, never pass or fail."""
