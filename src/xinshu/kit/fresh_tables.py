"""Builds tables anew beside themselves: without keys and indexes while they are filled, then in the old ones' place.

Everything happens in the caller's transaction: until it commits, all others see the old tables, and a crash leaves
nothing. The caller keeps others from writing to the old ones, and knows that they are empty. Whatever the catalogue of
PostgreSQL holds of a table is taken from there: columns, checks, parts and their bounds, keys, indexes, foreign keys,
triggers, storage, owner, grants. What it does not know how to carry over it refuses.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple, Protocol

from xinshu.kit.errors import XinshuError

SCHEMA: Final = "xinshu_fresh_tables"
MEMORY: Final = "256MB"
"""For building one index; each of its workers may take a share of it."""


class Statements(Protocol):
    """A cursor of the caller's transaction."""

    def execute(self, sql: str, params: Any = None, /) -> Any:
        """Run a statement."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Its rows."""


class NotBuiltAnew(XinshuError):
    """A table has something that would be lost."""


class Made(NamedTuple):
    """A key, an index or a trigger: its name, and the statement that makes it on the table that the names mean now."""

    name: str
    statement: str


TREE = """
SELECT c.oid, c.relname, c.relkind, pg_get_expr(c.relpartbound, c.oid), p.relname,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, array_to_string(c.reloptions, ', '), s.spcname,
       pg_get_userbyid(c.relowner), n.nspname
  FROM pg_partition_tree(to_regclass(%s)) t JOIN pg_class c ON c.oid = t.relid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_class p ON p.oid = t.parentrelid LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
 ORDER BY t.level, c.oid
"""
PLAIN = """
SELECT c.oid, c.relname, c.relkind, NULL, NULL, NULL, array_to_string(c.reloptions, ', '), s.spcname,
       pg_get_userbyid(c.relowner), n.nspname
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
 WHERE c.oid = to_regclass(%s)
"""
CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE conrelid = %s AND contype IN ('p', 'u', 'x', 'f') AND conparentid = 0
 ORDER BY array_position(ARRAY['p', 'u', 'x', 'f'], contype::text), conname
"""
INDEXES = """
SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
 WHERE i.indrelid = %s AND NOT c.relispartition AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid)
 ORDER BY c.relname
"""
TRIGGERS = """
SELECT tgname, pg_get_triggerdef(oid, true) FROM pg_trigger
 WHERE tgrelid = %s AND NOT tgisinternal AND tgparentid = 0 ORDER BY tgname
"""
GRANTS = """
SELECT a.grantee::regrole::text, a.privilege_type, a.is_grantable, g.columns
  FROM (SELECT relacl, '' FROM pg_class WHERE oid = %(table)s AND relacl IS NOT NULL UNION ALL
        SELECT attacl, format('(%%I)', attname) FROM pg_attribute
         WHERE attrelid = %(table)s AND attacl IS NOT NULL) g (acl, columns),
       aclexplode(g.acl) a JOIN pg_class c ON c.oid = %(table)s WHERE a.grantee <> c.relowner
"""
LOST = """
SELECT 'publication' FROM pg_publication_rel WHERE prrelid = %(table)s
UNION ALL SELECT 'policy' FROM pg_policy WHERE polrelid = %(table)s
UNION ALL SELECT 'rule or view' FROM pg_depend WHERE refobjid = %(table)s AND classid = 'pg_rewrite'::regclass
UNION ALL SELECT 'foreign key from elsewhere' FROM pg_constraint WHERE confrelid = %(table)s AND conrelid <> %(table)s
UNION ALL SELECT 'disabled trigger' FROM pg_trigger WHERE tgrelid = %(table)s AND tgenabled <> 'O'
UNION ALL SELECT 'comment' FROM pg_description
           WHERE objoid = %(table)s AND objsubid = 0 AND classoid = 'pg_class'::regclass
UNION ALL SELECT 'extended statistics' FROM pg_statistic_ext WHERE stxrelid = %(table)s
UNION ALL SELECT 'sequence' FROM pg_depend WHERE refobjid = %(table)s AND refobjsubid > 0 AND deptype IN ('a', 'i')
                    AND classid = 'pg_class'::regclass AND objid IN (SELECT oid FROM pg_class WHERE relkind = 'S')
"""


class FreshTables:
    """Tables that are being built anew: from `begin` until `put_in_place` their names mean the new ones."""

    def __init__(self, cursor: Statements) -> None:
        self._cursor = cursor
        self._path = ""
        self._trees: list[list[tuple[Any, ...]]] = []
        self._to_make: list[Made] = []
        self._afterwards: list[str] = []

    def begin(self, tables: Sequence[str], *, at_once: Collection[str] = ()) -> None:
        """Make empty tables of these names; `at_once`: the keys and indexes that the filling itself needs."""
        if not self._trees:
            self._path = self._rows("SELECT current_setting('search_path')")[0][0]
            self._run(f"CREATE SCHEMA {SCHEMA}")
        trees = [self._tree(table) for table in tables]
        made = [one for tree in trees for one in self._made_of(tree)]
        self._trees += trees
        self._to_make += [one for one in made if one.name not in at_once]
        self._afterwards += [statement for tree in trees for statement in self._rights(tree)]
        for row in (row for tree in trees for row in tree):
            self._run(_new_table(row))
        self._run(f"SET LOCAL search_path = {SCHEMA}, {self._path}")
        for one in made:
            if one.name in at_once:
                self._run(one.statement)

    def put_in_place(self) -> None:
        """Build keys and indexes, drop the old tables, and put the new ones into their place."""
        self._run(f"SET LOCAL maintenance_work_mem = '{MEMORY}'")
        # Foreign keys are checked last, all rows at once.
        for one in sorted(self._to_make, key=lambda one: " FOREIGN KEY " in one.statement):
            self._run(one.statement)
        for tree in self._trees:
            self._run(f"ANALYZE {_quoted(tree[0][1])}")
        self._run(f"SET LOCAL search_path = {self._path}")
        for tree in self._trees:
            # From here on readers wait; nothing below takes longer than a moment.
            self._run(f"DROP TABLE {_named(tree[0])}")
            for row in tree:
                self._run(f"ALTER TABLE {SCHEMA}.{_quoted(row[1])} SET SCHEMA {_quoted(row[9])}")
        for statement in self._afterwards:
            self._run(statement)
        self._run(f"DROP SCHEMA {SCHEMA}")
        self._run("SET LOCAL maintenance_work_mem TO DEFAULT")

    def _tree(self, table: str) -> list[tuple[Any, ...]]:
        """A table and, where it is partitioned, all of its parts, each after the one that it is a part of."""
        tree = self._rows(TREE, [table]) or self._rows(PLAIN, [table])
        for oid, name, *_ in tree:
            lost = self._rows(LOST, {"table": oid})
            if lost:
                raise NotBuiltAnew(
                    f"表 {name} 带有{lost[0][0]}，无法另行新建；请按普通批次报送。"
                    f" The table {name} has a {lost[0][0]}, which would be lost; file this as an ordinary batch."
                )
        return tree

    def _made_of(self, tree: list[tuple[Any, ...]]) -> list[Made]:
        made = []
        for oid, name, *_ in tree:
            table = _quoted(name)
            for index, text in self._rows(INDEXES, [oid]):
                unique = "UNIQUE " if text.startswith("CREATE UNIQUE") else ""
                using = text.split(" USING ", 1)[1]
                made.append(Made(index, f"CREATE {unique}INDEX {_quoted(index)} ON {table} USING {using}"))
            for constraint, text in self._rows(CONSTRAINTS, [oid]):
                made.append(Made(constraint, f"ALTER TABLE {table} ADD CONSTRAINT {_quoted(constraint)} {text}"))
        return made

    def _rights(self, tree: list[tuple[Any, ...]]) -> list[str]:
        """Triggers, grants and owner; made last, since the owner may be another than we."""
        said = []
        for row in tree:
            table = _named(row)
            said += [text for _, text in self._rows(TRIGGERS, [row[0]])]
            for role, right, grantable, columns in self._rows(GRANTS, {"table": row[0]}):
                to = "PUBLIC" if role == "-" else role
                more = " WITH GRANT OPTION" if grantable else ""
                said.append(f"GRANT {right} {columns} ON {table} TO {to}{more}")
            said.append(f"ALTER TABLE {table} OWNER TO {_quoted(row[8])}")
        return said

    def _rows(self, sql: str, params: Any = None) -> list[tuple[Any, ...]]:
        self._cursor.execute(sql, params)
        return self._cursor.fetchall()

    def _run(self, sql: str) -> None:
        self._cursor.execute(sql)


def _new_table(row: tuple[Any, ...]) -> str:
    _, name, _, bound, parent, key, options, space, *_ = row
    table = f"{SCHEMA}.{_quoted(name)}"
    if bound is None:
        like = "INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS"
        text = f"CREATE TABLE {table} (LIKE {_named(row)} {like})"
    else:
        text = f"CREATE TABLE {table} PARTITION OF {SCHEMA}.{_quoted(parent)} {bound}"
    text += f" PARTITION BY {key}" if key else ""
    text += f" WITH ({options})" if options else ""
    return text + (f" TABLESPACE {_quoted(space)}" if space else "")


def _named(row: tuple[Any, ...]) -> str:
    return f"{_quoted(row[9])}.{_quoted(row[1])}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
