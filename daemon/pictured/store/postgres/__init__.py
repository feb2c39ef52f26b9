"""The index in PostgreSQL, shared by several machines: the same statements, translated at the door.

connection   the door: a `Database` that speaks to PostgreSQL
silence      tells a server that says nothing any more from one that takes long
copying      loads rows by COPY
translating  the store's SQL to PostgreSQL's
schema       the tables, append-only like SQLite's
holding      who collects into a destination that several machines reach
claiming     who handles a file that several machines see
hearing      waits for changes by other machines
opening      opens it for one machine and brings it up to date
"""
