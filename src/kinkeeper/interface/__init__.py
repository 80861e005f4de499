"""The documented interface for other programs: tokens, reading and writing over HTTP (`/api/v1/`), its page of documentation.

Not here: what the records mean and who may do what (each room below); files in other systems’ formats (`exchange`).
"""
