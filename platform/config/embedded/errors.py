"""What can go wrong with the embedded services. Each message is one plain sentence for a person.

EmbeddedError
├── DataFolderUnusable   the folder cannot be written, is full or belongs to another version: change the folder
├── AlreadyRunning       another copy serves this data folder: use or stop that one
├── PortInUse            choose another PORT
├── AskedWrongly         (status 2) correct what was given
│   ├── NoSuchFolder     DOCS names no folder
│   └── NoSuchPort       PORT is no number of a port
├── NothingThere         start the service that an address names, or correct the address
├── RefusedInProduction  give the addresses of real services
└── ServiceFailed        a child did not start; its log says why
"""

from typing import ClassVar


class EmbeddedError(Exception):
    code = "services_failed"
    status: ClassVar[int] = 1
    """What a command ends with."""


class DataFolderUnusable(EmbeddedError):
    code = "data_folder"


class AlreadyRunning(EmbeddedError):
    code = "already_running"


class PortInUse(EmbeddedError):
    code = "port_in_use"


class AskedWrongly(EmbeddedError):
    status = 2


class NoSuchFolder(AskedWrongly):
    code = "not_found"


class NoSuchPort(AskedWrongly):
    code = "no_such_port"


class NothingThere(EmbeddedError):
    code = "nothing_there"


class RefusedInProduction(EmbeddedError):
    code = "refused_in_production"


class ServiceFailed(EmbeddedError):
    code = "service_failed"
