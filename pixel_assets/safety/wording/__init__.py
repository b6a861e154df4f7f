"""How alike the wording of a text is to what was learnt from many: a linear model on hashed n-grams, for more than one screen."""
