"""The networks: plain torch modules whose state dicts have the keys that the papers published.

Nothing here reads files, knows devices or draws: a module takes plain constructor arguments and
tensors. `families` says which kinds of network exist, and builds one from the flat
hyper-parameters that a checkpoint's card or the papers' YAML gives.
"""
