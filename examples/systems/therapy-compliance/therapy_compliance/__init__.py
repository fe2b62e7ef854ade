"""Documents of therapy in, scrubbed before anything is kept; a scored report with evidence and advice out."""
