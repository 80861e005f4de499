"""The book of one person: who I am, my family, where I live and have lived, my story. It owns no facts.

Not here: lists of many (`desk`); tables, rules and deeds, which live in the rooms they are about.
"""
