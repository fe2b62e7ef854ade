"""Search over the documents of many tenants: uploaded, scrubbed, indexed, and cited in answers."""
