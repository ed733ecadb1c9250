"""The export formats by name, in the order of the app's buttons: each is one file and one line."""

from diffmine.export.formats import (
    annotations,
    bibtex,
    coco,
    csl,
    csv,
    csvw,
    dicom,
    html,
    iiif,
    parquet,
    pdf,
    pixplot,
    png,
    vikus,
)
from diffmine.export.order import Format

FORMATS: dict[str, Format] = {
    "csv": csv.FORMAT,
    "parquet": parquet.FORMAT,
    "png": png.FORMAT,
    "pdf": pdf.FORMAT,
    "html": html.FORMAT,
    "coco": coco.FORMAT,
    "annotations": annotations.FORMAT,
    "iiif": iiif.FORMAT,
    "csl": csl.FORMAT,
    "bibtex": bibtex.FORMAT,
    "csvw": csvw.FORMAT,
    "vikus": vikus.FORMAT,
    "pixplot": pixplot.FORMAT,
    "dicom": dicom.FORMAT,
}
