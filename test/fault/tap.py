"""Test results as TAP. A part that cannot run on this machine prints why and passes."""
import signal
import sys
import traceback


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0
        # a test that is told to end takes its mounts and servers with it
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

    def note(self, text):
        for line in str(text).splitlines():
            print("# " + line, flush=True)

    def run(self, name, work, *arguments):
        """One test: work either returns or raises; what it returns is noted."""
        self.count += 1
        try:
            told = work(*arguments)
        except Exception as problem:  # pylint: disable=broad-except
            self.failed += 1
            print("not ok %d - %s" % (self.count, name), flush=True)
            self.note(problem)
            if not isinstance(problem, Broken):
                self.note(traceback.format_exc())
            return
        print("ok %d - %s" % (self.count, name), flush=True)
        if told:
            self.note(told)

    def end(self):
        print("1..%d" % self.count, flush=True)
        sys.exit(1 if self.failed else 0)


class Broken(Exception):
    """Something that must hold does not."""


def must(condition, words):
    if not condition:
        raise Broken(words)
