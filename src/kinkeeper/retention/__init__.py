"""What is kept no longer than it may be, and what a person may have of it: holds, erasures, requests for one’s own file.

Not here: keys and how they are destroyed (`keys`); the former states of records (`journal`); backups (`site`).
"""
