"""What somebody is still writing: kept while they write, read by nobody else, gone when the deed is done.

Not here: the records that are written at the end (each in its room); the forms and the browser’s side (`ui`).
"""
