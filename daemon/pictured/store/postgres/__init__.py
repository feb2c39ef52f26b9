"""The index in PostgreSQL, shared by several machines: the same statements, translated at the door.

connection   the door: a `Database` that speaks to PostgreSQL; the only import of psycopg
translating  the store's SQL to PostgreSQL's
schema       the tables, append-only like SQLite's
holding      who collects into a destination that several machines reach
hearing      waits for changes by other machines
opening      opens it for one machine and brings it up to date
"""
