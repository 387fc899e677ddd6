#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""kill: which signal it is, as seen by a process that it ends, and whom it goes to."""
import os
import select

import harness
from harness import TAG, Test, minimal

# The names of signal(7) that end a process, and that others have for them; report handles TERM.
NAMES = {"HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "TRAP": 5, "ABRT": 6, "IOT": 6, "BUS": 7, "FPE": 8,
         "KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "STKFLT": 16,
         "XCPU": 24, "XFSZ": 25, "VTALRM": 26, "PROF": 27, "IO": 29, "POLL": 29, "PWR": 30,
         "SYS": 31, "RTMIN": 34, "RTMIN+1": 35, "RTMIN+3": 37, "RTMIN+15": 49, "RTMIN+30": 64,
         "RTMAX": 64, "RTMAX-1": 63, "RTMAX-14": 50}
HARMLESS = {"0": 0, "CHLD": 17, "CLD": 17, "CONT": 18, "URG": 23, "WINCH": 28}


def together(*args):
    """Not process 1: signals do what they do anywhere."""
    return minimal(*args, linux__namespaces=[{"type": "mount"}],
                   process__rlimits=[{"type": "RLIMIT_CORE", "soft": 0, "hard": 0}])


class Spelling(Test):
    def ended_by(self, spelling):
        """The number of the signal that reached the program."""
        id, pid, _ = self.running(together("sleep"))
        self.works("kill", id, *spelling)
        _, status = os.waitpid(pid, 0)
        self.works("delete", "--force", id)
        self.ids.remove(id)
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)

    def test_names(self):
        for name, number in NAMES.items():
            for spelling in (name, "SIG" + name, name.lower(), "sig" + name.lower()):
                with self.subTest(spelling):
                    self.assertEqual(self.ended_by([spelling]), number)

    def test_numbers(self):
        for number in sorted(set(NAMES.values())):
            with self.subTest(number):
                self.assertEqual(self.ended_by([str(number)]), number)

    def test_term(self):
        """report ends by itself then, with 0."""
        for spelling in ([], ["TERM"], ["SIGTERM"], ["term"], ["sigterm"], ["SigTerm"], ["15"]):
            with self.subTest(spelling):
                self.assertEqual(self.ended_by(spelling), 0)

    def test_harmless_ones(self):
        id, pid, _ = self.running(together("sleep"))
        for name, number in HARMLESS.items():
            for spelling in (name, str(number)):
                self.works("kill", id, spelling)
        self.assertEqual(self.state(id)["status"], "running")
        self.works("kill", id, "STOP")
        self.assertTrue(os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1]))
        self.works("kill", id, "CONT")
        self.works("kill", id, "TERM")
        self.wait_stopped(id, pid)


class All(Test):
    def two(self, config):
        """A container of two processes, as pids."""
        id, pid, _ = self.running(config)
        pipe, file = self.pipe(), os.path.join(self.directory, "pid")
        self.works("exec", "--detach", "--pid-file", file, id, "/bin/report", "sleep",
                   stdout=pipe.write_end)
        pipe.close_write()
        pipe.wait_for("sleep=ready")
        return id, pid, int(harness.read(file))

    def reap(self, *pids):
        """Process 1 of a pid namespace ends when all others in it have been reaped."""
        found = []
        for pid in pids:
            pidfd = os.pidfd_open(pid)
            self.assertTrue(select.select([pidfd], [], [], harness.TIMEOUT)[0], pid)
            os.close(pidfd)
            found.append(os.waitpid(pid, 0)[1])
        return found

    def test_every_process_gets_it(self):
        for config in (together("sleep"), minimal("sleep")):
            for option, spelling, status in (("--all", "KILL", 9), ("-a", "9", 9), ("--all", "TERM", 0)):
                with self.subTest((option, spelling)):
                    id, pid, other = self.two(config)
                    self.works("kill", option, id, spelling)
                    ends = self.reap(other, pid)
                    # The end of process 1 may be faster than the signal.
                    if "pid" in [ns["type"] for ns in config["linux"]["namespaces"]]:
                        self.assertIn(ends[0], (status, 9))
                        ends[0] = status
                    self.assertEqual(ends, [status, status])

    def test_the_option_behind_the_id(self):
        id, pid, other = self.two(together("sleep"))
        self.works("kill", id, "KILL", "--all")
        self.assertEqual(self.reap(other, pid), [9, 9])

    def test_without_it_the_first_one_alone(self):
        id, pid, other = self.two(together("sleep"))
        self.works("kill", id, "KILL")
        self.assertEqual(self.reap(pid), [9])
        self.assertEqual(os.waitpid(other, os.WNOHANG), (0, 0))
        self.works("kill", "--all", id, "KILL")
        self.assertEqual(self.reap(other), [9])

    def test_what_is_left_of_a_stopped_one(self):
        id, pid, other = self.two(together("sleep"))
        self.works("kill", id, "KILL")
        self.reap(pid)
        self.assertEqual(self.state(id)["status"], "stopped")
        self.fails('kill container "%s": container not running: no such process' % id, "kill", id)
        os.kill(other, 0)
        self.works("kill", "-a", id, "9")
        self.assertEqual(self.reap(other), [9])

    def test_nothing_is_left(self):
        """Engines do it at the end of every container, twice."""
        id, pid, _ = self.running()
        self.works("kill", id, "KILL")
        self.reap(pid)
        for _ in range(2):
            self.assertEqual(self.works("kill", "--all", id, "9").out, "")
        self.works("delete", id)

    def test_a_created_one(self):
        id = self.create(minimal("sleep"))
        pid = self.state(id)["pid"]
        self.works("kill", "--all", id, "KILL")
        self.reap(pid)

    def test_unknown(self):
        id = TAG + "-unknown"
        self.fails('container "%s" does not exist: container does not exist' % id, "kill", "--all",
                   id, "9")
        self.fails('unknown signal "NOPE"', "kill", "--all", id, "NOPE")


if __name__ == "__main__":
    harness.main()
