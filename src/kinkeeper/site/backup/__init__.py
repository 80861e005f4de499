"""Backup and restore: one file, encrypted to the holders of a key, made while people work, and proved before it is trusted."""
