"""A retailer's own files as events: a mapping says which column is which field, the contract judges every value."""
