"""Collections on the disk: one folder each, with the engine's shard and the description that it was created from.

DATA/lock                             held while the service runs
DATA/collections/NAME/collection.json written last: a folder without it was never acknowledged and goes away
DATA/collections/NAME/shard/
"""

import fcntl
import os
import re
import shutil
import uuid
from pathlib import Path

import orjson
import qdrant_edge as edge
from qdrant_client import models

from index.embedded import description
from index.embedded.errors import Conflict, Malformed, NotFound, StoreInUse
from index.embedded.vectors import Shape

NAME = re.compile(r"[A-Za-z0-9_-]{1,100}\Z")
SLICE = 5_000


class Collection:
    """One open shard. The engine blocks and holds the interpreter's lock, so it is called straight from the event loop: a thread
    would add a hop and free nobody."""

    def __init__(self, folder: Path, asked: models.CreateCollection) -> None:
        self.folder, self.asked, self.shape = folder, asked, Shape(asked)
        path, config = str(folder / "shard"), description.engine_config(asked)
        folder.mkdir(mode=0o700, exist_ok=True)
        self.shard = edge.EdgeShard.load(path, config) if Path(path).exists() else edge.EdgeShard.create(path, config)
        self.changed_since_slice = self.shard.info().points_count
        """At the opening everything counts: the engine does not say how much an earlier process left, and finds nothing to do at once."""

    def update(self, operation: edge.UpdateOperation, *, touched: int = 1) -> None:
        """On return the operation is in the write-ahead log."""
        self.shard.update(operation)
        self.changed_since_slice += touched

    def wants_optimizing(self) -> bool:
        return self.changed_since_slice >= SLICE

    def optimize(self) -> None:
        """Without a graph a slice of 5,000 points takes under a second, and no query is answered meanwhile."""
        self.changed_since_slice = 0
        self.shard.optimize()
        self.shard.flush()

    def close(self) -> None:
        self.shard.flush()
        self.shard.close()


class Store:
    def __init__(self, data: Path) -> None:
        """Raises StoreInUse when another process serves the same folder."""
        self._folder = data / "collections"
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._lock = (data / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreInUse(f"The index in {data} is already served by another process.") from error
        self._collections = dict(self._found())

    def get(self, name: str) -> Collection:
        if name not in self._collections:
            raise NotFound(f"Collection `{name}` doesn't exist!")
        return self._collections[name]

    def names(self) -> list[str]:
        return sorted(self._collections)

    def create(self, name: str, asked: models.CreateCollection) -> None:
        if not NAME.match(name):
            raise Malformed("A collection's name has 1 to 100 letters, digits, `-` and `_`.")
        if name in self._collections:
            raise Conflict(f"Collection `{name}` already exists!")
        folder = self._folder / name
        self._collections[name] = Collection(folder, asked)
        part = folder / "collection.part"
        part.write_bytes(orjson.dumps(asked.model_dump(mode="json", exclude_none=True)))
        _to_the_disk(folder, *folder.rglob("*"))
        part.rename(folder / "collection.json")
        _to_the_disk(folder, self._folder)

    def delete(self, name: str) -> bool:
        collection = self._collections.pop(name, None)
        if collection is None:
            return False
        collection.shard.close()
        gone = self._folder / f".{name}.{uuid.uuid4()}"
        collection.folder.rename(gone)
        shutil.rmtree(gone)
        return True

    def wants_optimizing(self) -> bool:
        return any(collection.wants_optimizing() for collection in self._collections.values())

    def optimize_one(self) -> None:
        """One slice of one collection that changed much."""
        next(collection for collection in self._collections.values() if collection.wants_optimizing()).optimize()

    def close(self) -> None:
        for collection in self._collections.values():
            collection.close()
        self._lock.close()

    def _found(self) -> list[tuple[str, Collection]]:
        found = []
        for folder in sorted(self._folder.iterdir()):
            if (folder / "collection.json").exists() and NAME.match(folder.name):
                asked = models.CreateCollection.model_validate_json((folder / "collection.json").read_bytes())
                found.append((folder.name, Collection(folder, asked)))
            else:
                shutil.rmtree(folder)
        return found


def _to_the_disk(*paths: Path) -> None:
    """A file's contents, or a folder's names, survive a power cut from here on. The engine's log names its next segment anew from a thread
    of its own, and keeps that one safe itself: what is gone by now is no loss."""
    for path in paths:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
