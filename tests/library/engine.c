/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An engine of many threads that creates, starts, kills and deletes containers through liboci.
 *
 * Sixty-four threads allocate and free memory all the time, some of them hold the locks of the
 * environment, of time zones and of stdio as well: whatever the library did in a child that shares
 * or copies memory would meet one of these locks taken, and hang. Four workers make containers at
 * the same time while an auditor looks at the descriptors and sends the workers signals, whose
 * handlers do not restart system calls.
 *
 * Afterwards the process has to be what it was before. The alarm is the only timer; when it rings
 * something hangs.
 *
 *	library_engine STATE_ROOT BUNDLE ID_PREFIX
 *
 * Descriptor 1 is the containers' output, what there is to say goes to 2. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <oci/oci.h>

#include "snapshot.h"

#define NOISE      64
#define RING       64
#define WORKERS    4
#define ROUNDS     10
#define EACH       5 /* containers of a worker in a round: 4 * 10 * 5 = 200 */
#define WATCHDOG   540
#define FDS_MAX    1024
#define OWN_STATUS 42

struct container {
	char id[64];
	int pidfd;
	int pid;
};

struct worker {
	pthread_t thread;
	int number;
	struct container containers[EACH];
};

static struct oci_context *context;
static struct oci_create_options options = { .size = sizeof(options) };
static const char *prefix;
static struct worker workers[WORKERS];
static pthread_barrier_t barrier, noise_barrier;
static atomic_int faults, sigchld, sigusr1;
static atomic_bool leave_noise, leave_auditor;
static bool own_fds[FDS_MAX]; /* of before, which may well be inherited */
static int own_child;         /* it has ended, and nobody but us may reap it */

static void __attribute__((format(printf, 1, 2))) fault(const char *format, ...)
{
	va_list args;
	char text[2048];

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "engine: %s\n", text);
	atomic_fetch_add(&faults, 1);
}

static void check(int r, const char *what, const char *id, const struct oci_error *err)
{
	if (r < 0)
		fault("%s %s: %d, \"%s\" at \"%s\"", what, id, r, err->message, err->where);
}

/* --- signals --- */

static void on_child(int number)
{
	(void)number;
	atomic_fetch_add(&sigchld, 1);
}

static void on_user(int number)
{
	(void)number;
	atomic_fetch_add(&sigusr1, 1);
}

static void on_alarm(int number)
{
	static const char text[] = "engine: something hangs\n";

	(void)number;
	if (write(2, text, sizeof(text) - 1) < 0)
		_exit(125);
	_exit(124);
}

static void handle(int number, void (*handler)(int), int also_masked)
{
	struct sigaction action = { .sa_handler = handler };

	sigemptyset(&action.sa_mask);
	if (also_masked)
		sigaddset(&action.sa_mask, also_masked);
	sigaction(number, &action, NULL);
}

static void block(int how, int a, int b)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, a);
	sigaddset(&set, b);
	pthread_sigmask(how, &set, NULL);
}

/* --- the noise --- */

/* Mostly what malloc() has at hand; now and then it needs the lock that several threads share. A
 * thread that is preempted with it holds up the workers too, so the time is spent in memset(). */
static void allocate(void **ring, unsigned int *seed)
{
	unsigned int slot = (unsigned int)rand_r(seed) % RING;
	size_t size = rand_r(seed) % 8 ? 16 + (size_t)rand_r(seed) % 1000 : 32768;

	free(ring[slot]);
	ring[slot] = malloc(size);
	if (ring[slot])
		memset(ring[slot], 0x5a, size);
}

static void take_other_locks(void)
{
	time_t now = time(NULL);
	struct tm tm;
	char *text = NULL;
	size_t size;
	FILE *out;

	if (!getenv("PATH") || !localtime_r(&now, &tm))
		fault("getenv or localtime failed");
	if (!localtime(&now))
		fault("localtime failed");
	out = open_memstream(&text, &size);
	if (out) {
		fprintf(out, "%d", tm.tm_year);
		fclose(out);
	}
	free(text);
}

static void *make_noise(void *argument)
{
	unsigned int seed = (unsigned int)(size_t)argument;
	bool other = seed % 8 == 0;
	void *ring[RING] = { 0 };
	char *before, *after;

	if (seed % 3 == 0)
		block(SIG_BLOCK, SIGUSR2, SIGHUP);
	before = snapshot_thread();
	pthread_barrier_wait(&noise_barrier);
	while (!atomic_load_explicit(&leave_noise, memory_order_relaxed)) {
		for (int i = 0; i < RING; i++)
			allocate(ring, &seed);
		if (other)
			take_other_locks();
	}
	for (int i = 0; i < RING; i++)
		free(ring[i]);
	after = snapshot_thread();
	atomic_fetch_add(&faults, snapshot_compare("noise", before, after));
	free(before);
	free(after);
	return NULL;
}

/* --- the auditor --- */

/* What a thread opens without O_CLOEXEC is inherited by whatever another one executes. */
static void audit_descriptor(const char *name)
{
	char path[300], line[256];
	unsigned int flags = 0;
	int fd = atoi(name);
	FILE *in;

	if (fd < FDS_MAX && own_fds[fd])
		return;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%s", name);
	in = fopen(path, "re");
	if (!in)
		return;
	while (fgets(line, sizeof(line), in))
		if (sscanf(line, "flags: %o", &flags) == 1 && !(flags & O_CLOEXEC))
			fault("descriptor %d is open without O_CLOEXEC, flags %o", fd, flags);
	fclose(in);
}

static void *audit(void *argument)
{
	struct dirent *entry;

	(void)argument;
	while (!atomic_load(&leave_auditor)) {
		DIR *dir = opendir("/proc/self/fdinfo");

		while (dir && (entry = readdir(dir)))
			if (entry->d_name[0] != '.')
				audit_descriptor(entry->d_name);
		if (dir)
			closedir(dir);
		for (int i = 0; i < WORKERS; i++)
			pthread_kill(workers[i].thread, SIGUSR1);
	}
	return NULL;
}

/* --- the workers --- */

static void make(struct container *container, bool run)
{
	struct oci_error err = { 0 };
	struct oci_state *state = NULL;
	int r;

	container->pidfd = -1;
	container->pid = -1;
	r = run ? oci_run(context, container->id, &options, &container->pidfd, &err)
		: oci_create(context, container->id, &options, &container->pidfd, &err);
	check(r, run ? "run" : "create", container->id, &err);
	if (r < 0)
		return;
	r = oci_state(context, container->id, &state, &err);
	check(r, "state", container->id, &err);
	if (r < 0)
		return;
	container->pid = oci_state_pid(state);
	if (strcmp(oci_state_status(state), run ? "running" : "created") != 0)
		fault("%s is %s", container->id, oci_state_status(state));
	oci_state_free(state);
}

static void end(struct container *container, int way)
{
	struct oci_error err = { 0 };
	int status = -1, r;

	if (container->pidfd < 0)
		return;
	if (way == 1)
		check(oci_start(context, container->id, &err), "start", container->id, &err);
	if (way == 1 || way == 3)
		check(oci_kill(context, container->id, SIGKILL, 0, &err), "kill", container->id,
		      &err);
	if (way == 0 || way == 2)
		check(oci_delete(context, container->id, way ? OCI_DELETE_FORCE : 0, &err),
		      "delete", container->id, &err);
	r = oci_wait(container->pidfd, &status, &err);
	check(r, "wait", container->id, &err);
	if (r == 0 && status != 128 + SIGKILL)
		fault("%s ended with status %d", container->id, status);
	if (way == 1 || way == 3)
		check(oci_delete(context, container->id, 0, &err), "delete", container->id, &err);
	close(container->pidfd);
}

/* Others come and go meanwhile; ours are there. */
static void list(const struct worker *worker)
{
	struct oci_state **states = NULL;
	struct oci_error err = { 0 };
	size_t n = 0;
	int r, ours = 0;

	r = oci_list(context, &states, &n, &err);
	check(r, "list", "", &err);
	if (r < 0)
		return;
	for (size_t i = 0; i < n; i++)
		for (int j = 0; j < EACH; j++)
			ours += strcmp(oci_state_id(states[i]), worker->containers[j].id) == 0;
	if (ours != EACH)
		fault("%d of %d containers are listed", ours, EACH);
	oci_list_free(states, n);
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	char *before, *after;

	block(SIG_UNBLOCK, SIGCHLD, SIGUSR1);
	before = snapshot_thread();
	for (int round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&barrier);
		for (int i = 0; i < EACH; i++) {
			struct container *container = &worker->containers[i];

			snprintf(container->id, sizeof(container->id), "%s-%d-%d-%d", prefix, round,
				 worker->number, i);
			make(container, (round + i) % 4 >= 2);
		}
		list(worker);
		pthread_barrier_wait(&barrier);
		/* main looks at our children */
		pthread_barrier_wait(&barrier);
		for (int i = 0; i < EACH; i++)
			end(&worker->containers[i], (round + i) % 4);
		pthread_barrier_wait(&barrier);
	}
	after = snapshot_thread();
	atomic_fetch_add(&faults, snapshot_compare("worker", before, after));
	free(before);
	free(after);
	return NULL;
}

/* --- looking at ourselves --- */

/* All of our children are inits, but the one that was there before. */
static void check_children(void)
{
	int pids[WORKERS * EACH + 1], max = WORKERS * EACH + 1, expected = 1;
	int n = snapshot_children(pids, max);

	for (int i = 0; i < WORKERS; i++)
		for (int j = 0; j < EACH; j++)
			expected += workers[i].containers[j].pid > 0;
	if (n != expected)
		fault("%d children, %d are expected", n, expected);
	for (int k = 0; k < n && k < max; k++) {
		bool known = pids[k] == own_child;

		for (int i = 0; i < WORKERS; i++)
			for (int j = 0; j < EACH; j++)
				known = known || workers[i].containers[j].pid == pids[k];
		if (!known)
			fault("child %d is no container's init", pids[k]);
	}
}

static void check_no_children(void)
{
	int pid = -1, n = snapshot_children(&pid, 1);

	if (n != 1 || pid != own_child)
		fault("%d children are left, one is %d", n, pid);
}

static void reap_own_child(void)
{
	int status;

	if (waitpid(own_child, &status, 0) != own_child || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != OWN_STATUS)
		fault("somebody else reaped our child");
	if (waitpid(-1, NULL, __WALL) >= 0 || errno != ECHILD)
		fault("a child is left to be reaped");
}

static void on_log(void *data, enum oci_log_level level, const char *message)
{
	(void)data;
	if (level == OCI_LOG_WARNING)
		fault("warning: %s", message);
}

/* Unusual values, which are noticed when somebody sets the usual ones. */
static void be_unusual(void)
{
	handle(SIGALRM, on_alarm, 0);
	handle(SIGCHLD, on_child, SIGWINCH);
	handle(SIGUSR1, on_user, 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	block(SIG_BLOCK, SIGCHLD, SIGUSR1);
	own_child = fork();
	if (own_child == 0)
		_exit(OWN_STATUS);
	umask(077);
	setenv("LIBRARY_TEST", "unusual", 1);
	prctl(PR_SET_NAME, "engine-main");
	/* The host's mounts may change by what others do; in a namespace of our own only by us. */
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) < 0)
		fault("cannot make a mount namespace: %m");
	for (int fd = 0; fd < FDS_MAX; fd++)
		own_fds[fd] = fcntl(fd, F_GETFD) >= 0;
}

static void run_rounds(void)
{
	char text[32];

	for (int round = 0; round < ROUNDS; round++) {
		int subreaper = -1;

		prctl(PR_SET_CHILD_SUBREAPER, round % 2);
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		check_children();
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		check_no_children();
		prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
		snprintf(text, sizeof(text), "subreaper in round %d", round);
		if (subreaper != round % 2)
			fault("%s: %d", text, subreaper);
	}
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

static void check_nothing_listed(void)
{
	struct oci_state **states = NULL;
	struct oci_error err = { 0 };
	size_t n = 0;
	int r = oci_list(context, &states, &n, &err);

	check(r, "list", "", &err);
	if (r == 0 && n > 0)
		fault("%zu containers are left", n);
	if (r == 0)
		oci_list_free(states, n);
}

/* What pthread_join() waits for is a moment before the kernel has taken the thread off. */
static void join(pthread_t thread, unsigned int threads_left)
{
	struct stat st;

	pthread_join(thread, NULL);
	while (stat("/proc/self/task", &st) == 0 && st.st_nlink > threads_left + 2)
		sched_yield();
}

static void use_library(const char *state_root)
{
	struct oci_context_options context_options = { .size = sizeof(context_options),
						       .state_root = state_root,
						       .log = on_log };
	struct oci_error err = { 0 };
	pthread_t auditor;
	int r;

	r = oci_context_new(&context_options, &context, &err);
	check(r, "context", "", &err);
	if (r < 0)
		exit(1);
	for (int i = 0; i < WORKERS; i++) {
		workers[i].number = i;
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			exit(2);
	}
	if (pthread_create(&auditor, NULL, audit, NULL))
		exit(2);
	run_rounds();
	atomic_store(&leave_auditor, true);
	join(auditor, NOISE + WORKERS + 1);
	for (int i = 0; i < WORKERS; i++)
		join(workers[i].thread, NOISE + WORKERS - (unsigned int)i);
	reap_own_child();
	check_nothing_listed();
	context = oci_context_free(context);
}

int main(int argc, char **argv)
{
	struct timespec start, stop;
	pthread_t noise[NOISE];
	char *before, *after;

	if (argc != 4)
		return 2;
	options.bundle = argv[2];
	prefix = argv[3];
	be_unusual();
	alarm(WATCHDOG);
	pthread_barrier_init(&barrier, NULL, WORKERS + 1);
	pthread_barrier_init(&noise_barrier, NULL, NOISE + 1);
	for (size_t i = 0; i < NOISE; i++)
		if (pthread_create(&noise[i], NULL, make_noise, (void *)(i + 1)))
			return 2;
	pthread_barrier_wait(&noise_barrier); /* all have become what they are */
	before = snapshot_process();
	clock_gettime(CLOCK_MONOTONIC, &start);
	use_library(argv[1]);
	clock_gettime(CLOCK_MONOTONIC, &stop);
	after = snapshot_process();
	atomic_fetch_add(&faults, snapshot_compare("process", before, after));
	free(before);
	free(after);
	atomic_store(&leave_noise, true);
	for (int i = 0; i < NOISE; i++)
		pthread_join(noise[i], NULL);
	fprintf(stderr, "engine: %d containers in %ld s, %d SIGCHLD, %d SIGUSR1, %d faults\n",
		ROUNDS * WORKERS * EACH, (long)(stop.tv_sec - start.tv_sec), atomic_load(&sigchld),
		atomic_load(&sigusr1), atomic_load(&faults));
	return atomic_load(&faults) ? 1 : 0;
}
