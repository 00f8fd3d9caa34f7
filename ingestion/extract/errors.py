"""What can go wrong when a file is read.

ExtractionError
├── Refused                  the file itself; trying again gives the same answer (permanent)
│   ├── EmptyFile            empty_file
│   ├── TypeMismatch         type_mismatch       the name says one thing, the bytes another
│   ├── PasswordProtected    password_protected
│   ├── Corrupt              corrupt
│   ├── NeedsOcr             needs_ocr           pictures of text only
│   ├── NoText               no_text             readable, but there is nothing to read
│   ├── TooLarge             too_large           over a limit on bytes, entries or memory
│   ├── Unsupported          unsupported         a format that is not read
│   └── BadEncoding          bad_encoding        text in no character set that is known
└── Interrupted              the child process ended first; worth another attempt
    ├── Timeout              timeout
    └── Crashed              crashed
"""

from typing import ClassVar


class ExtractionError(Exception):
    """`code` is stable, `message` one sentence for a person, `permanent` says that another attempt is useless."""

    code: ClassVar[str] = "failed"
    permanent: ClassVar[bool] = True
    sentence: ClassVar[str] = "The file could not be read."

    def __init__(self, message: str = "") -> None:
        self.message = message or self.sentence
        super().__init__(self.message)


class Refused(ExtractionError):
    """The file is the reason."""


class EmptyFile(Refused):
    code = "empty_file"
    sentence = "The file is empty (0 bytes)."


class TypeMismatch(Refused):
    code = "type_mismatch"
    sentence = "The content is not what the name says. Check the file and save it in its own format."


class PasswordProtected(Refused):
    code = "password_protected"
    sentence = "The file is encrypted and needs a password. Save a copy without the password."


class Corrupt(Refused):
    code = "corrupt"
    sentence = "The file is damaged and cannot be opened. Export or download it again."


class NeedsOcr(Refused):
    code = "needs_ocr"
    sentence = "The pages are pictures without a text layer. Run text recognition (OCR) over the file first."


class NoText(Refused):
    code = "no_text"
    sentence = "The file holds no text."


class TooLarge(Refused):
    code = "too_large"
    sentence = "The file needs more memory than one document may use. Split it into smaller files."


class Unsupported(Refused):
    code = "unsupported"
    sentence = "This format is not read. Text, Markdown, HTML, PDF, DOCX and CSV are."


class BadEncoding(Refused):
    code = "bad_encoding"
    sentence = "The character set could not be told. Save the file as UTF-8."


class Interrupted(ExtractionError):
    """The child process did not finish."""

    permanent = False


class Timeout(Interrupted):
    code = "timeout"
    sentence = "Reading the file took longer than one document may take."


class Crashed(Interrupted):
    code = "crashed"
    sentence = "The reader ended unexpectedly on this file."


# fmt: off
_ALL: tuple[type[ExtractionError], ...] = (
    EmptyFile, TypeMismatch, PasswordProtected, Corrupt, NeedsOcr, NoText, TooLarge, Unsupported, BadEncoding, Timeout, Crashed,
)
# fmt: on
BY_CODE: dict[str, type[ExtractionError]] = {error.code: error for error in _ALL}
