"""A register of made-up bodies that the drafts of tests would touch."""

from datetime import date

from tests import factories
from tests.factories import accepted, document
from tests.kinds import made_up_code


def made_up_register(bodies: int = 25) -> None:
    """So many enterprises with a penalty each that is shown today; every third one has two."""
    factories.adopted_catalogue()
    factories.registered_organ()
    documents = []
    for number in range(bodies):
        code, name = made_up_code(number), f"示例{number:02d}商贸有限公司"
        for place in range(2 if number % 3 == 0 else 1):
            documents.append(
                document(
                    code=code,
                    name=name,
                    document_number=f"示市监罚〔2026〕{number:03d}{place}号",
                    decided_on=date(2026, 9, 1),
                )
            )
    accepted(*documents)
