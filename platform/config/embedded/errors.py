"""What can go wrong with the embedded services. Each message is one plain sentence for a person.

EmbeddedError
├── DataFolderUnusable   the folder cannot be written, is full or belongs to another version: change the folder
├── AlreadyRunning       another copy serves this data folder: use or stop that one
├── PortInUse            choose another PORT
├── NoSuchFolder         DOCS names no folder: correct it
├── RefusedInProduction  give the addresses of real services
└── ServiceFailed        a child did not start; its log says why
"""


class EmbeddedError(Exception):
    code = "services_failed"


class DataFolderUnusable(EmbeddedError):
    code = "data_folder"


class AlreadyRunning(EmbeddedError):
    code = "already_running"


class PortInUse(EmbeddedError):
    code = "port_in_use"


class NoSuchFolder(EmbeddedError):
    code = "not_found"


class RefusedInProduction(EmbeddedError):
    code = "refused_in_production"


class ServiceFailed(EmbeddedError):
    code = "service_failed"
