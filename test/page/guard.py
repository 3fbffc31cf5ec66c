#!/usr/bin/env python3
"""Row-level security holds where every clause is gone: guard.py SUNLOT, run by test/pg/pg_run

In a copy of the program all uses of the clause of store/reach.h are made true for every row, by bytes
of the same length, but those in statements that say that they read beyond the reach (STORE_WHOLE).
A person of department A asks it for all that he asks in leak.py: on PostgreSQL he must be shown what
the right program showed him before B had made anything. The same program on the same rows, while the
role is freed from policies, shows that B's things would else be there (SECURITY.md AC6)."""
import os
import subprocess
import sys

if not os.environ.get("SUNLOT_TEST_PG"):  # pg_run without PostgreSQL does not come here
    sys.exit("guard.py: run it by test/pg/pg_run")
import desk_kit  # noqa: E402
import leak  # noqa: E402
from desk_kit import PG, Server, run  # noqa: E402
from tap import must  # noqa: E402

CLAUSE, TRUE = b"($2 = 1 OR REPLACE($3", b"($2 < 9 OR REPLACE($3"
WHOLE = b"/*whole*/"
ROLE = "sunlot_reach_sunlot"  # of the user of the other databases here


def without_clauses(program):
    """The program without them, and how many there were."""
    count, at = 0, program.find(CLAUSE)
    while at >= 0:
        if not program.startswith(WHOLE, program.rfind(b"\0", 0, at) + 1):
            program = program[:at] + TRUE + program[at + len(TRUE):]
            count += 1
        at = program.find(CLAUSE, at + 1)
    return program, count


def psql(sql):
    subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", PG, "-c", sql], check=True, timeout=60)


def again(county):
    """Served anew: the tables are looked at when the program starts."""
    county.server.stop()
    county.server = Server(county.data, "--proxy", "127.0.0.1")


def AC6_databases_made_at_once_share_the_role(_):
    """By a user who may make roles and nothing else beyond his own databases: nobody has made the role yet."""
    names = ["made%d" % i for i in range(4)]
    psql("CREATE ROLE maker LOGIN CREATEROLE")
    for name in names:
        psql("CREATE DATABASE %s OWNER maker TEMPLATE template0" % name)
    urls = [PG.replace("sunlot@/sunlot", "maker@/" + name) for name in names]
    must(not [url for url in urls if "maker@/made" not in url], urls)
    at_once = [subprocess.Popen([desk_kit.SUNLOT, "--data", os.path.join(leak.home, name), "init", "--division", "410882",
                                 "--name", "甲", "--origin", "a.example/log", "--database", url],
                                stdout=subprocess.DEVNULL) for name, url in zip(names, urls)]
    must([one.wait(timeout=120) for one in at_once] == [0] * len(names), "how they ended")
    for name in names:
        told = run("check", data=os.path.join(leak.home, name))
        must("行级安全" not in told and "数据库完好" in told, told)


def asked(user, database, sql):
    """What a user of the cluster is told in a database: his rows or the refusal."""
    done = subprocess.run(["psql", "-XAtq", "-d", PG.replace("sunlot@/sunlot", "%s@/%s" % (user, database)), "-c", sql],
                          capture_output=True, text=True, timeout=60)
    return done.stdout.strip() if done.returncode == 0 else done.stderr


def AC6_a_user_of_another_database_gains_nothing(_):
    """Roles are the cluster's: one for all would open the tables of each installation to the users of the others."""
    psql("CREATE ROLE other LOGIN CREATEROLE")
    psql("CREATE DATABASE others OWNER other TEMPLATE template0")
    data = os.path.join(leak.home, "others")
    run("init", "--division", "410883", "--name", "乙", "--origin", "b.example/log", "--database",
        PG.replace("sunlot@/sunlot", "other@/others"), data=data)
    must("行级安全" not in run("check", data=data), "the net of the other is off")
    must(asked("other", "others", "SELECT count(*) > 20 FROM schema_migration") == "t", "he does not see his own")
    for table in ("object", "setting", "account_password"):
        told = asked("maker", "others", "SET sunlot.departments = 'X'; SELECT count(*) FROM " + table)
        must("permission denied" in told, "%s: %s" % (table, told))
        told = asked("maker", "others", "SET ROLE \"sunlot_reach_other\"; SELECT count(*) FROM " + table)
        must("permission denied" in told, "as the role, %s: %s" % (table, told))


def AC6_who_does_not_own_the_tables_is_told_and_does_nothing(_):
    """Policies would bind him: lists would seem empty and changes would be lost without a word."""
    psql("CREATE ROLE guest LOGIN")
    asked("other", "others", "GRANT ALL ON SCHEMA public TO guest; GRANT ALL ON ALL TABLES IN SCHEMA public TO guest")
    must(asked("guest", "others", "SELECT count(*) > 20 FROM schema_migration") == "t", "he has no rights at all")
    data = os.path.join(leak.home, "others")
    path = os.path.join(data, "sunlot.conf")
    with open(path, encoding="utf-8") as f:
        words = f.read()
    must("other@/others" in words, words)
    with open(path, "w", encoding="utf-8") as f:
        f.write(words.replace("other@/others", "guest@/others"))
    done = subprocess.run([desk_kit.SUNLOT, "--data", data, "check"], capture_output=True, text=True, timeout=60)
    must(done.returncode != 0 and "guest 不拥有数据表" in done.stderr + done.stdout, done.stdout + done.stderr)


def AC6_the_net_is_on(state):
    told = run("check", data=state["county"].data)
    must("行级安全" not in told and "数据库完好" in told, told)


def every_clause_but_those_beside_whole_statements_is_gone(state):
    with open(desk_kit.SUNLOT, "rb") as f:
        program, count = without_clauses(f.read())
    must(count >= 25, "only %d uses of the clause" % count)
    mutant = os.path.join(leak.home, "mutant")
    with open(mutant, "wb") as f:
        f.write(program)
    os.chmod(mutant, 0o700)
    state["right"], desk_kit.SUNLOT = desk_kit.SUNLOT, mutant
    again(state["county"])
    return "%d uses" % count


def shown_of_b(state):
    """Addresses of lists at which the clerk of A is shown a thing of B."""
    county = state["county"]
    return [path for path in state["before"]["clerk"] if leak.marks_in(county.ask("clerk", path)[2])]


def AC6_without_the_net_the_same_program_shows_things_of_b(state):
    """So the walk before would have noticed. A role that policies don't bind is no net, and is told."""
    psql('ALTER ROLE "%s" BYPASSRLS' % ROLE)
    again(state["county"])
    told = run("check", data=state["county"].data)
    must("行级安全没有启用" in told and "BYPASSRLS" in told, told)
    found = shown_of_b(state)
    must(len(found) > 5, "only these pages: %s" % found)
    psql('ALTER ROLE "%s" NOBYPASSRLS' % ROLE)
    again(state["county"])
    must(not shown_of_b(state), "it is not on again")
    return "%d pages" % len(found)


def main():
    for test in (AC6_databases_made_at_once_share_the_role, AC6_a_user_of_another_database_gains_nothing,
                 AC6_who_does_not_own_the_tables_is_told_and_does_nothing):
        leak.tap.run(test.__name__, test, None)
    state = {"county": leak.prepare(), "b": {}}
    state["owed"] = leak.draw_of_b(state["county"])
    state["before"] = {r: leak.seen(state["county"], r, None) for r in leak.OF_A}
    leak.walk((AC6_the_net_is_on, leak.things_of_b, leak.b_sees_what_it_made,
               every_clause_but_those_beside_whole_statements_is_gone, leak.what_a_is_shown_is_the_same_before_and_after,
               leak.no_get_route_gives_a_thing_of_b, leak.exports_of_a_hold_nothing_of_b, leak.what_b_owes_is_told_to_b_alone,
               AC6_without_the_net_the_same_program_shows_things_of_b), state)


if __name__ == "__main__":
    main()
