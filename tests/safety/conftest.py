from tests.ingestion.conftest import the_extraction_child_ends_with_the_session

__all__ = ["the_extraction_child_ends_with_the_session"]
