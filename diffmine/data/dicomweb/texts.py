"""What is said of archives of films and of what is asked of them."""

NO_ADDRESS = (
    "{address} is no address of an archive; write dicomweb+https://HOST/dicom-web?Modality=DX, or "
    "without a question mark for all that it has."
)
NO_FILTER = "An archive is not asked for {name!r}; there are {names}."
NO_VALUE = "{name} is never {value!r}; it is one of {values}."
NO_UID = "{name} is {value!r}, which is no UID."
NO_SERIES = "{host} names no series of films{asked}."
NOTHING = "{host} has no picture{asked}."
ASKED = " with {filters}"
UNREADABLE = "{host} cannot be read: {reason}."
TOO_MANY = "{host} names more than {most:,} {what}{asked}; ask for fewer."
BROADER = (
    "{host} names nothing{asked}, which some servers say of what they have: all its series were "
    "looked at."
)
MORE = "{count} other pictures of the same series of {host} are left out."
NO_PICTURE = "it holds no picture"
NO_NUMBERS = "its metadata lack a UID"
NO_UIDS = (
    "{path} has no column of UIDs (SOPInstanceUID, SeriesInstanceUID or StudyInstanceUID); its "
    "columns are {columns}."
)
NO_ROW = "No row of {path} names a picture of {host}{asked}."
NOT_THERE = "it is not among the pictures of the archive that were asked for"
NOT_IN_TABLE = "no row of {path} names it"
TO_FETCH = (
    "{count} films are not here yet, about {size}; a build fetches them from {host}, one after "
    "another, into {folder}, and leaves out who they are of."
)
NO_PART = "{host} sent no film but {kind}"
CUT = "{host} sent a film that ends before its end"
