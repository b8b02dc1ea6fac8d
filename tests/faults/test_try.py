"""Try."""

import time
from tests.faults.trials import course_of


def test_x(store):
    c = course_of(store, "discarded")
    print(len(c.events))
    for p in [(15, "after"), (14, "after"), (15, "before")]:
        t = time.time()
        c.prepare(store)
        t1 = time.time()
        a = store.order("do", scenario="discarded", at=p[0], when=p[1])
        t2 = time.time()
        print(p, a.status, a.events[-3:], len(a.events), a.events == c.events, t1 - t, t2 - t1)
        print([(i, x, y) for i, (x, y) in enumerate(zip(a.events, c.events)) if x != y][:3])
        t2 = time.time()
        store.look()
        print("look", time.time() - t2)
