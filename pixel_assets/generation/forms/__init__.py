"""The forms of conversation that the composer writes: one module a form, each a function of a scenario and its entries."""
