"""Why a DICOM file is not read, in words. None holds a value of it, but for numbers and kinds."""

MISSING = "{name} is DICOM, which needs one package more: pip install 'diffmine[dicom]'."
NO_DICOM = "{name} is no DICOM file."
BROKEN = "{name} is DICOM that cannot be read: {why}."
UNREADABLE = "its header is broken ({error})"
ORDER = "{name} is DICOM written in an order that is not kept here (deflated or big-endian)."
ANOTHER = "{name} was asked for and another film came."
NO_PIXELS = "it holds no picture"
MANY = "it has more elements than a picture has"
DEEP = "its elements lie too deep in each other"
SHAPE = "it says {columns} x {rows} pixels of {samples} samples"
LARGE = "{name} has {columns} x {rows} pixels, over the limit of {limit} million."
LOOK = "look at it, and give --data.burned-in if there is none."
NAMES = "{name} is left out: {what}, so a patient's name may stand in the picture; " + LOOK
BURNED = "it says that text is burned into it"
SECONDARY = "it is a secondary capture, as of a screen or of paper"
ULTRASOUND = "it is ultrasound, which often has text burned into it"
DECODER = (
    "{name} is DICOM compressed as {kind}, which is not read here; write it "
    "uncompressed first, as with gdcmconv --raw {name} NEW.dcm."
)
MORE = "its first frame is read; {more} more frame{s} {are} not"
STILL = "{name} has {frames} frames; give a picture that is still."
