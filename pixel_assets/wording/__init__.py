"""The wording of texts: folded to plain letters and a linear model on its n-grams, features and vectors."""
