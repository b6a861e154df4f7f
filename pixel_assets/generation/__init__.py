"""Conversations made from knowledge: scenarios, two backends that speak them, and a validator that judges every row."""
