// Takes all that there is of each thing, in a child of process 1: the child gets an error or is killed, process 1 lives, and all comes back.
#include "process_one.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

enum { PAGE = 4096 };

// --- what a child takes. It ends with 0 when it was refused, as it should be

static int anonymous_memory(void)
{
	for (;;) {
		char *area = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (area == MAP_FAILED)
			return 0;
		for (int i = 0; i < 1 << 20; i += PAGE)
			area[i] = 1;
	}
}

static int shared_memory(void)
{
	const int file = memfd_create("all", 0);
	static char block[1 << 16];
	while (write(file, block, sizeof block) > 0)
		;
	return errno == ENOMEM || errno == ENOSPC ? 0 : 1;
}

static int full_file_system(void)
{
	static char block[1 << 16];
	const int file = open("/tmp/all", O_CREAT | O_WRONLY, 0600);
	ssize_t done;
	while ((done = write(file, block, sizeof block)) > 0)
		;
	const int error = errno;
	unlink("/tmp/all");
	return done < 0 && (error == ENOSPC || error == ENOMEM) ? 0 : 1;
}

static int names(void)
{
	for (long i = 0;; i++) {
		char name[64];
		snprintf(name, sizeof name, "/tmp/name-%ld", i);
		const int file = open(name, O_CREAT | O_WRONLY, 0600);
		if (file < 0)
			return errno == ENOSPC || errno == ENOMEM || errno == ENFILE ? 0 : 1;
		close(file);
	}
}

// A table of page tables for each page.
static int page_tables(void)
{
	for (unsigned long at = 1ul << 33; at < 1ul << 38; at += 1 << 21) {
		char *page = mmap((void *)at, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		if (page == MAP_FAILED)
			return errno == ENOMEM ? 0 : 1;
		*page = 1;
	}
	return 1;
}

static int areas(void)
{
	for (int i = 0; i < 1 << 20; i++)
		if (mmap(NULL, PAGE, i % 2 != 0 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
			return errno == ENOMEM ? 0 : 1;
	return 1;
}

static int processes(void)
{
	for (;;) {
		const pid_t child = fork();
		if (child < 0)
			return errno == EAGAIN || errno == ENOMEM ? 0 : 1;
		if (child == 0)
			for (;;)
				pause();
	}
}

// Each makes another two.
static int bomb(void)
{
	setrlimit(RLIMIT_NPROC, &(struct rlimit){300, 300});
	if (setuid(1000) != 0)
		return 1;
	for (int i = 0; i < 30; i++)
		if (fork() < 0)
			rest(1);
	return 0;
}

static void *wait_for_ever(void *argument)
{
	for (;;)
		pause();
	return argument;
}

static int threads(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 16384);
	int error;
	while ((error = pthread_create(&thread, &attributes, wait_for_ever, NULL)) == 0)
		;
	return error == EAGAIN || error == ENOMEM ? 0 : 1;
}

static int descriptors(void)
{
	while (dup(0) >= 0)
		;
	return errno == EMFILE ? 0 : 1;
}

static int many_descriptors(void)
{
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){1 << 20, 1 << 20});
	int pipes[2];
	while (pipe(pipes) == 0)
		;
	return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? 0 : 1;
}

static int pipe_buffers(void)
{
	static char block[1 << 16];
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){1 << 20, 1 << 20});
	for (;;) {
		int pipes[2];
		if (pipe2(pipes, O_NONBLOCK) != 0)
			return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? 0 : 1;
		while (write(pipes[1], block, sizeof block) > 0)
			;
		if (errno != EAGAIN && errno != ENOMEM)
			return 1;
	}
}

static int signals(void)
{
	sigset_t one;
	sigemptyset(&one);
	sigaddset(&one, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &one, NULL);
	for (int i = 0; i < 10000000; i++)
		if (sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i}) != 0)
			return errno == EAGAIN ? 0 : 1;
	return 1;
}

static int timers(void)
{
	timer_t timer;
	for (int i = 0; i < 10000000; i++)
		if (timer_create(CLOCK_MONOTONIC, NULL, &timer) != 0)
			return errno == EAGAIN || errno == ENOMEM ? 0 : 1;
	return 1;
}

static int terminals(void)
{
	for (int i = 0; i < 100000; i++)
		if (open("/dev/ptmx", O_RDWR | O_NOCTTY) < 0)
			return errno == ENOSPC || errno == EMFILE || errno == ENOMEM || errno == EIO ? 0 : 1;
	return 1;
}

static int locks(void)
{
	const int file = open("/tmp/locked", O_CREAT | O_RDWR, 0600);
	for (long i = 0; i < 3000; i++) {
		struct flock lock = {.l_type = F_WRLCK, .l_start = i * 2, .l_len = 1};
		if (fcntl(file, F_SETLK, &lock) != 0)
			return errno == ENOLCK || errno == ENOMEM ? 0 : 1;
	}
	return 0;
}

// A stack without an end.
static int __attribute__((noinline)) deeper(volatile char *before)
{
	volatile char here[PAGE];
	here[0] = before != NULL ? before[0] : 1;
	return here[0] != 0 ? deeper(here) + here[0] : 0;
}

static int deep_stack(void)
{
	return deeper(NULL);
}

// --- process 1

static const struct {
	const char *name;
	int (*take)(void);
	int signal;  // that may end the child
} things[] = {
	{"descriptors", descriptors, 0},
	{"signals", signals, 0},
	{"timers", timers, SIGKILL},
	{"terminals", terminals, SIGKILL},
	{"a stack", deep_stack, SIGSEGV},
	{"areas", areas, SIGKILL},
	{"locks", locks, SIGKILL},
	{"a file system", full_file_system, 0},
	{"anonymous memory", anonymous_memory, SIGKILL},
	{"shared memory", shared_memory, SIGKILL},
	{"page tables", page_tables, SIGKILL},
	{"names", names, SIGKILL},
	{"pipes", many_descriptors, SIGKILL},
	{"what is in pipes", pipe_buffers, SIGKILL},
	{"threads", threads, SIGKILL},
	{"processes", processes, SIGKILL},
	{"a fork bomb", bomb, SIGKILL},
};

static void end_all(void)
{
	const double begun = now();
	int reaped;
	do {
		kill(-1, SIGKILL);
		errno = 0;
		while ((reaped = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (reaped == 0)
			rest(20);
	} while (!(reaped < 0 && errno == ECHILD) && now() - begun < 60);
	if (errno != ECHILD)
		FAILED("processes do not end");
}

static void take(size_t number)
{
	if (mount("tmpfs", "/tmp", "tmpfs", 0, "size=16m") != 0)
		FAILED("tmpfs: %s", strerror(errno));
	const pid_t child = fork();
	if (child == 0)
		_exit(things[number].take());
	int status = 0;
	const double begun = now();
	while (waitpid(child, &status, WNOHANG) == 0) {
		rest(10);
		if (now() - begun > 120) {
			FAILED("%s: taken without an end", things[number].name);
			kill(child, SIGKILL);
		}
	}
	end_all();
	if (umount("/tmp") != 0)
		FAILED("%s: /tmp stays mounted: %s", things[number].name, strerror(errno));
	if (WIFSIGNALED(status) ? WTERMSIG(status) != things[number].signal : status != 0)
		FAILED("%s: the child ended with %#x", things[number].name, status);
}

int main(void)
{
	static const struct { const char *type, *where; } mounts[] = {{"proc", "/proc"}, {"devtmpfs", "/dev"}, {"devpts", "/dev/pts"}};
	for (size_t i = 0; i < sizeof mounts / sizeof *mounts; i++) {
		mkdir(mounts[i].where, 0755);
		mount(mounts[i].type, mounts[i].where, mounts[i].type, 0, NULL);
	}
	mkdir("/tmp", 0777);
	// Once so that what is made once is there, and again to compare: several times, as the kernel keeps the tables of the most threads that there were.
	const unsigned long first = argument("from", 0), last = argument("to", sizeof things / sizeof *things);
	for (size_t i = first; i < last; i++) {
		const double begun = now();
		take(i);
		struct counts before = settled_counts();
		take(i);
		for (int again = 0; again < 3 && !comes_back(&before, 5); again++) {
			before = settled_counts();
			take(i);
		}
		const int failed = failures;
		expect_counts(&before, 5);
		say("%s: %.1f s%s", things[i].name, now() - begun, failures != failed ? ", and not all came back" : "");
	}
	say(failures == 0 ? "process 1 lives" : "FAIL");
	return failures == 0 ? 0 : 1;
}
