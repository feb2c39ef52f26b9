"""The configuration: one YAML file, composed of the settings that each stage owns.

    places      where the file and the index live
    model       the whole, with schedule, logs and limits; the other sections come from their stages
    loading     from YAML to a document: values that know their line and column
    checking    from the document to a Config: values (shapes, expanding) -> model -> placement, faults explained
    publishing  the example, the schema and the reference in config/, made from the models

No stage below may import this package: a stage gets its own settings, never the whole configuration.
"""
