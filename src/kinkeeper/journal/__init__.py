"""What was done and who looked; how a deed is done at all (`acts.py`) and its page (`pages.py`); the outbox that carries news upstairs.

Not here: messages to people (`notices`); who may do what (each room’s `policy.py`).
"""
