"""The cellar: refusals, steps, sensitivity, periods, ages, money, names, packs. Pure, without tables.

Not here: anything that knows a child, a user or a page; that lives in a room above.
"""
