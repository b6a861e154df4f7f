"""The report of a dataset: the way from records to splits, what is short, what was left out; as pages, tables, pictures."""
