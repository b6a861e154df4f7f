"""Snapshots, data versions, the ledger, row reuse, the SQL catalogue and locks."""
