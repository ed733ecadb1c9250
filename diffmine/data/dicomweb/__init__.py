"""Films of an archive by DICOMweb (PS3.18 10.4, 10.6): found by QIDO-RS, described by their
metadata, fetched by WADO-RS.

Servers err: what they are asked for by a filter is filtered again here, of a search's answer the
UIDs alone are read, and no address that a server names is asked.
"""
