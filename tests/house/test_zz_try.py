import pytest
from tests import factories as f
@pytest.mark.django_db
def test_it():
    f.adopted_catalogue()
    print(f.accepted(f.document()))
    print(f.accepted(f.document("ADMIN_LICENCE", document_number="L1")))
    from xinshu.uses.disclosure.queries import subject_answer
    import json
    print(json.dumps(json.loads(subject_answer(f.SUBJECT, on_date=f.TODAY)), ensure_ascii=False, indent=1))
