"""Users, roles and grants over notes that a vault can give back: what each role may do, and a record of who did it."""
